"""Trained runs -> their CCC while one stream fails for a growing share of the time.

reads   data/ingest/splits.jsonl, data/grid, data/align/<stream> of streams that a run reads,
        data/train/
writes  data/robustness/curves.csv   a row per run, stream, kind of failure, share and target:
                                     CCC, mean and deviation over seeds

Apart from `evaluate`, so that scores never wait for curves.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from models.evaluation.curves import curve
from models.evaluation.disturbance import KINDS, Disturbances
from models.nearest import known
from models.split import check
from stages.atomic import write_table
from stages.checkpoint.load import load as load_run
from stages.checkpoint.load import made, read_by, runs
from stages.clips import read_assignments
from stages.command import main
from stages.on_grid import Grid
from stages.params import Section, load
from stages.paths import CURVES
from stages.train.params import Params as TrainParams
from stages.work.each import each

COLUMNS = ("run", "modality", "kind", "share", "target", "ccc", "ccc_std")
Rows = list[list[object]]


class Params(Section):
    split: Literal["train", "val", "test"]
    runs: list[str]  # empty: all of two streams or more
    kinds: list[str] = Field(min_length=1)  # of models.evaluation.disturbance.KINDS
    shares: list[Annotated[float, Field(ge=0, le=1)]] = Field(min_length=1)  # of a clip's steps
    stretch_s: float = Field(gt=0)
    seed: int = Field(ge=0)


def run(params: Params) -> None:
    train = load("train", TrainParams)
    folders = runs(train.heads, train.seeds)
    known("run under robustness.runs", params.runs, folders)
    known("disturbance under robustness.kinds", params.kinds, KINDS)
    grid = Grid(read_assignments(), read_by(folders))
    check(params.split, grid.split(params.split, grid.widths), grid.widths, grid.targets)
    fewest = 1 if params.runs else 2
    items = []
    for name in params.runs or folders:
        modalities = made(folders[name][0])["widths"]
        items += [(name, m, folders[name]) for m in modalities if len(modalities) >= fewest]
    # Curves come as processes finish them, and are written in the order of the runs.
    finished = each(partial(rows_of, params), items, "robustness", "curve")
    done = {tuple(rows[0][:2]): rows for rows in finished}
    rows = [row for name, modality, _ in items for row in done[name, modality]]
    write_table(CURVES, COLUMNS, rows)


def rows_of(params: Params, item: tuple[str, str, Sequence[Path]]) -> Rows:
    """A run, one of its modalities and its folder under each seed -> rows of COLUMNS."""
    name, modality, folders = item
    seeds = [load_run(folder) for folder in folders]
    grid = Grid(read_assignments(), seeds[0].about["widths"])
    clips = grid.split(params.split, grid.widths)
    stretch = max(1, round(params.stretch_s / grid.step_s))
    disturbances = Disturbances(clips, modality, stretch, params.seed)
    rows: Rows = []
    tried = params.kinds, params.shares
    for kind, share, scores in curve(seeds, clips, grid.targets, disturbances, *tried):
        point = (name, modality, kind, share)
        rows += [[*point, target, s["ccc"], s["ccc_std"]] for target, s in scores.items()]
    return rows


if __name__ == "__main__":
    main("robustness", Params, run)
