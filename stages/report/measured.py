"""What earlier stages measured, read back for the report."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stages.clips import read_assignments, read_clips
from stages.on_grid import Grid
from stages.paths import EVALUATE, METRICS, TRAIN
from stages.report.charts import Rows
from stages.report.people import People
from stages.report.viewer import Columns, Seen


def scored() -> dict[str, Any]:
    """Each run's scores, and what they were scored on."""
    if not METRICS.is_file():
        raise FileNotFoundError(
            f"no {METRICS}: no run was evaluated; run `dvc repro evaluate` first"
        )
    return json.loads(METRICS.read_text(encoding="utf-8"))


def seen(
    count: int, runs: list[str], gated: str | None, people: People, streams: Iterable[str]
) -> dict[str, Seen]:
    """The first clips of the evaluated split as some runs see them: {caption: clip}.

    gated  the run whose gates are shown; people  whose faces and words may be
    """
    clips, assignments = {clip.id: clip for clip in read_clips()}, read_assignments()
    subjects, grid = {row.id: row.subject for row in assignments}, Grid(assignments, streams)
    predictions, found = EVALUATE / "predictions", {}
    for file in sorted((predictions / runs[0]).glob("*.csv"))[:count]:
        made = {name: _columns(predictions / name / file.name) for name in runs}
        if not next(iter(made.values())):
            continue  # shorter than a step of the grid
        gates = EVALUATE / "gates" / str(gated) / file.name
        states = {stream: state.tolist() for stream, state in grid.states(file.stem).items()}
        weights = _columns(gates) if gates.is_file() else {}
        caption = f"{file.stem} (subject {subjects[file.stem]})"
        found[caption] = Seen(made, states, weights, **people.of(clips[file.stem]))
    return found


def abouts(runs: Iterable[str]) -> dict[str, Any]:
    """How each run was made, {run: its run.json}, from its first seed and first model."""
    files = {run: min(TRAIN.glob(f"*/*/{run}/**/run.json")) for run in runs}
    return {run: json.loads(file.read_text(encoding="utf-8")) for run, file in files.items()}


def seeds(runs: Iterable[str]) -> int:
    """Under how many seeds a run was trained."""
    return max(len(list(TRAIN.glob(f"*/*/{run}"))) for run in runs)


def rows(path: Path) -> Rows:
    """A CSV file by rows."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _columns(path: Path) -> Columns:
    """A CSV file of numbers by columns; None where a cell is empty."""
    found = rows(path)
    names = found[0] if found else ()
    return {name: [float(r[name]) if r[name] else None for r in found] for name in names}
