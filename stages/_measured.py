"""What earlier stages measured, read back for the report."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from features.shards import Shards
from features.track import State
from stages._charts import Look, Rows
from stages._clips import read_clips
from stages._page import Chart
from stages._viewer import Columns, viewer

ALIGN, TRAIN, EVALUATE = Path("data/align"), Path("data/train"), Path("data/evaluate")


def viewers(
    count: int, shown: list[str], gated: str | None, lines: Mapping[str, Look]
) -> dict[str, Chart]:
    """The first clips of the evaluated split as some runs see them: {caption: chart}.

    gated  the run whose gates are shown; lines  the look of each run, and of `truth`
    """
    subjects, shards = {clip.id: clip.subject for clip in read_clips()}, Shards(ALIGN)
    predictions, figures = EVALUATE / "predictions", {}
    for file in sorted((predictions / shown[0]).glob("*.csv"))[:count]:
        made = {name: _columns(predictions / name / file.name) for name in shown}
        gates = _columns(EVALUATE / "gates" / gated / file.name) if gated else {}
        present = {
            name.removesuffix(".state"): (column[:] == State.OK).tolist()
            for name, column in shards[file.stem].columns.items()
            if name.endswith(".state") and name != "labels.state"
        }
        caption = f"{file.stem} (subject {subjects[file.stem]})"
        figures[caption] = viewer(made, lines, present, gates)
    return figures


def abouts(runs: Iterable[str]) -> dict[str, Any]:
    """How each run was made, {run: its run.json}, from its first seed and first model."""
    files = {run: min(TRAIN.glob(f"*/{run}/**/run.json")) for run in runs}
    return {run: json.loads(file.read_text(encoding="utf-8")) for run, file in files.items()}


def rows(path: Path) -> Rows:
    """A CSV file by rows."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _columns(path: Path) -> Columns:
    """A CSV file of numbers by columns; None where a cell is empty."""
    found = rows(path)
    names = found[0] if found else ()
    return {name: [float(r[name]) if r[name] else None for r in found] for name in names}
