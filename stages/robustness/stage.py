"""Trained runs -> their CCC while one stream fails for a growing share of the time.

reads   data/ingest/splits.jsonl, data/grid, data/align/<stream> of streams that a run reads,
        data/train/
writes  data/robustness/curves.csv   a row per run, stream, kind of failure, share and target:
                                     CCC, mean and deviation over seeds

Apart from `evaluate`, so that scores never wait for curves.
"""

from __future__ import annotations

from itertools import groupby
from typing import Annotated, Literal

from pydantic import Field

from models.evaluation.agreement import over_seeds
from models.evaluation.disturbance import KINDS
from models.nearest import known
from models.split import check
from stages.atomic import write_table
from stages.checkpoint.load import verify
from stages.checkpoint.made import made, read_by, runs
from stages.clips import read_assignments
from stages.jobs import finished, placed
from stages.on_grid import Grid
from stages.params import Section, load
from stages.paths import CURVES
from stages.robustness.job import Job, points
from stages.train.params import Params as TrainParams

COLUMNS = ("run", "modality", "kind", "share", "target", "ccc", "ccc_std")
Rows = list[list[object]]


class Params(Section):
    split: Literal["train", "val", "test"]
    device: Literal["auto", "cpu", "cuda"]
    precision: Literal["single", "bfloat16"]
    threads: int = Field(gt=0)
    runs: list[str]  # empty: all of two streams or more
    kinds: list[str] = Field(min_length=1)  # of models.evaluation.disturbance.KINDS
    shares: list[Annotated[float, Field(ge=0, le=1)]] = Field(min_length=1)  # of a clip's steps
    stretch_s: float = Field(gt=0)
    seed: int = Field(ge=0)


def run(params: Params) -> None:
    train = load("train", TrainParams)
    where = placed(params.device, params.precision)
    folders = runs(train.heads, train.seeds)
    known("run under robustness.runs", params.runs, folders)
    known("disturbance under robustness.kinds", params.kinds, KINDS)
    grid = Grid(read_assignments(), read_by(folders))
    check(params.split, grid.split(params.split, grid.widths), grid.widths, grid.targets)
    fewest = 1 if params.runs else 2
    chosen = [n for n in params.runs or folders if len(made(folders[n][0])["widths"]) >= fewest]
    drawn = tuple(params.kinds), tuple(params.shares), max(1, round(params.stretch_s / grid.step_s))
    jobs = [
        Job(grid, folder, params.split, where, params.threads, *drawn, params.seed)
        for name in chosen
        for folder in folders[name]
    ]
    for job in jobs:  # a stored result would hide what has changed since
        verify(job.folder)
    rows: Rows = []
    each = finished(jobs, where, "robustness")
    for name, seeds in groupby(each, lambda done: done[0].made["run"]):
        of = [points(files) for _, files, _ in seeds]
        for point in of[0]:
            scores = over_seeds([seed[point] for seed in of])
            rows += [[name, *point, t, s["ccc"], s["ccc_std"]] for t, s in scores.items()]
    write_table(CURVES, COLUMNS, rows)
