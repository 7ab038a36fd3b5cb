"""Trained runs -> how far they agree with the annotators on one split, and how sure that is.

reads   data/ingest/splits.jsonl, data/grid, data/align/<stream> of streams that a run reads,
        data/train/
writes  data/evaluate/metrics.json                   each run's scores over seeds, with intervals
        data/evaluate/ccc.json                       {run: mean CCC}, what `dvc exp show` compares
        data/evaluate/predictions/<run>/<clip>.csv   time, targets (mean over seeds), the truth
        data/evaluate/gates/<run>/<clip>.csv         time, gate weights (mean over seeds)
        data/evaluate/plots/*.csv                    what `dvc plots show` draws
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from models.clip import Clips
from models.evaluation.agreement import agreement, ccc_without, over_seeds
from models.evaluation.comparison import compare, validation
from models.evaluation.intervals import Intervals
from models.evaluation.published import PROTOCOLS
from models.fusion import available
from models.nearest import known
from models.split import check
from models.targets import Ranges
from stages.atomic import atomic_folder, write_lines
from stages.checkpoint.load import verify
from stages.checkpoint.made import read_by, runs
from stages.clips import read_assignments
from stages.evaluate.files import write_gates, write_plots, write_predictions
from stages.evaluate.job import Job, Seen, seen
from stages.jobs import finished, placed
from stages.on_grid import Grid
from stages.params import Section, load
from stages.paths import EVALUATE
from stages.train.params import Params as TrainParams


class Resampling(Section):
    resamples: int = Field(gt=0)
    seed: int = Field(ge=0)
    level: float = Field(gt=0, lt=1)


class Params(Section):
    split: Literal["train", "val", "test"]
    device: Literal["auto", "cpu", "cuda"]
    precision: Literal["single", "bfloat16"]
    threads: int = Field(gt=0)
    bootstrap: Resampling
    baselines: list[str]  # heads: the run of theirs that validates best is the baseline
    compare: list[tuple[str, str]]  # further pairs of runs
    variants: list[str]  # of models.evaluation.published.PROTOCOLS


def run(params: Params) -> None:
    where = placed(params.device, params.precision)
    folders = _folders(params)
    grid = Grid(read_assignments(), read_by(folders))
    clips, targets = grid.split(params.split, grid.widths), grid.targets
    check(params.split, clips, grid.widths, targets)
    intervals = Intervals(clips, list(targets), **params.bootstrap.model_dump())
    jobs = [
        Job(grid, folder, params.split, where, params.threads)
        for seeds in folders.values()
        for folder in seeds
    ]
    for job in jobs:  # a stored result would hide what has changed since
        verify(job.folder)
    table: dict[str, dict[str, Any]] = {}
    plain: dict[str, float] = {}  # how the runs that may be the baseline validate
    with atomic_folder(EVALUATE) as out:
        (out / "gates").mkdir()  # there, even if no head has gates
        each = finished(jobs, where, "evaluate")
        for name, seeds in groupby(each, lambda done: done[0].made["run"]):
            made, of = zip(*((job.made, seen(files)) for job, files, _ in seeds), strict=True)
            table[name] = _scores(of, clips, targets, params.variants)
            table[name] |= intervals.add(name, [s.predicted for s in of], table[name])
            table[name] |= ccc_without([s.without for s in of], clips, targets)
            if made[0]["head"] in params.baselines:
                plain[name] = validation(made)
            write_predictions(out / "predictions" / name, of, clips, grid)
            write_gates(out / "gates" / name, of, clips, grid)
        baseline = max(plain, key=plain.__getitem__, default=None)  # validation chooses, not test
        usual = [(name, baseline) for name in table if baseline not in (None, name)]
        compare(table, [*usual, *params.compare], intervals)
        write_plots(out / "plots", table, folders, targets)
        drawn = {**params.bootstrap.model_dump(), "used": intervals.used}
        metrics = {"runs": table, "baseline": baseline, "bootstrap": drawn, "split": params.split}
        metrics |= {"clips": len(clips), "targets": targets, "features": grid.features()}
        write_lines(out / "metrics.json", [json.dumps(metrics, indent=2, ensure_ascii=False)])
        means = {name: scores["mean"]["ccc"] for name, scores in table.items()}
        write_lines(out / "ccc.json", [json.dumps(means, indent=2, ensure_ascii=False)])


def _scores(
    of: Sequence[Seen], clips: Clips, targets: Ranges, variants: Sequence[str]
) -> dict[str, Any]:
    each = [agreement(s.predicted, clips, targets, variants) for s in of]
    return dict(over_seeds(each))


def _folders(params: Params) -> dict[str, list[Path]]:
    """What was trained, once it is known that every name in the section exists."""
    train = load("train", TrainParams)
    folders = runs(train.heads, train.seeds)
    known("fusion head under evaluate.baselines", params.baselines, available())
    known("run under evaluate.compare", [n for pair in params.compare for n in pair], folders)
    known("variant of CCC under evaluate.variants", params.variants, PROTOCOLS)
    return folders
