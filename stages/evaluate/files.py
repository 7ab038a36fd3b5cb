"""The files that `evaluate` writes beside the scores: for people, for the report, for plots."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.clip import Clips
from models.targets import Ranges, measured
from models.trained import mean_gates
from stages.atomic import write_table
from stages.evaluate.job import Seen
from stages.on_grid import Grid

HISTORY = ("run", "trained", "epoch", "lr", "loss", "val_ccc")


def write_predictions(folder: Path, seeds: Sequence[Seen], clips: Clips, grid: Grid) -> None:
    """A file per clip: time, mean over seeds, and the truth, empty where there is none."""
    columns = ["time", *grid.targets, *(f"{t}_true" for t in grid.targets)]
    for name, clip in clips.items():
        predicted = np.mean([seen.predicted[name] for seen in seeds], axis=0)  # (T, Y)
        labels, mask = clip.truth(0, len(clip))
        truth = np.where(mask, labels, np.nan)  # (T, Y)
        rows = np.column_stack([grid.times(name), predicted, truth])
        write_table(folder / f"{name}.csv", columns, map(_cells, rows))


def write_gates(folder: Path, seeds: Sequence[Seen], clips: Clips, grid: Grid) -> None:
    """For a run with gates a file per clip: time, weight of each modality's candidates."""
    for name in clips:
        if name not in seeds[0].gates:
            continue  # no gates, or no steps
        weights = mean_gates([seen.gates[name] for seen in seeds])
        rows = np.column_stack([grid.times(name), *weights.values()])
        write_table(folder / f"{name}.csv", ["time", *weights], map(_cells, rows))


def write_plots(
    out: Path, table: Mapping[str, Any], folders: Mapping[str, list[Path]], targets: Ranges
) -> None:
    """ccc.csv, a row per run; history.csv, a row per epoch of every model."""
    scored = measured(targets)
    rows = [[name, *(scores[t]["ccc"] for t in scored)] for name, scores in table.items()]
    write_table(out / "ccc.csv", ["run", *scored], rows)
    epochs = [row for name, seeds in folders.items() for f in seeds for row in _history(name, f)]
    usual = [*HISTORY, *(f"val_ccc_{t}" for t in targets)]
    columns = list(dict.fromkeys([*usual, *(column for row in epochs for column in row)]))
    write_table(out / "history.csv", columns, ([r.get(c, "") for c in columns] for r in epochs))


def _history(run: str, folder: Path) -> Iterable[dict[str, str]]:
    """Every epoch of a run under one seed; `trained` tells apart the models it may consist of, and
    `val_ccc` is the mean over the targets of one.
    """
    seed, head = (parent.name for parent in folder.parents[:2])
    for file in sorted(folder.rglob("history.csv")):
        apart = file.parent.relative_to(folder).parts
        known = {"run": run, "trained": "/".join((f"{head}-{seed}", *apart))}
        with file.open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                ccc = [float(x) for name, x in row.items() if name.startswith("val_ccc_")]
                yield {**known, **row, "val_ccc": str(sum(ccc) / len(ccc))}


def _cells(row: np.ndarray) -> list[str]:
    return [f"{x:.6f}" if np.isfinite(x) else "" for x in row]
