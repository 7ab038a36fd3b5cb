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
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import Field

from models.evaluation.agreement import agreement, ccc_without, over_seeds
from models.evaluation.comparison import compare, validation
from models.evaluation.intervals import Intervals
from models.evaluation.published import PROTOCOLS
from models.fusion import available
from models.nearest import known
from models.split import check
from stages.atomic import atomic_folder, write_lines
from stages.checkpoint.load import load as load_run
from stages.checkpoint.load import read_by, runs
from stages.clips import read_assignments
from stages.evaluate.files import write_gates, write_plots, write_predictions
from stages.on_grid import Grid
from stages.params import Section, load
from stages.paths import EVALUATE
from stages.train.params import Params as TrainParams
from stages.work.progress import progress


class Resampling(Section):
    resamples: int = Field(gt=0)
    seed: int = Field(ge=0)
    level: float = Field(gt=0, lt=1)


class Params(Section):
    split: Literal["train", "val", "test"]
    threads: int = Field(gt=0)
    bootstrap: Resampling
    baselines: list[str]  # heads: the run of theirs that validates best is the baseline
    compare: list[tuple[str, str]]  # further pairs of runs
    variants: list[str]  # of models.evaluation.published.PROTOCOLS


def run(params: Params) -> None:
    torch.set_num_threads(params.threads)
    folders = _folders(params)
    grid = Grid(read_assignments(), read_by(folders))
    clips, targets = grid.split(params.split, grid.widths), grid.targets
    check(params.split, clips, grid.widths, targets)
    intervals = Intervals(clips, list(targets), **params.bootstrap.model_dump())
    table: dict[str, dict[str, Any]] = {}
    plain: dict[str, float] = {}  # how the runs that may be the baseline validate
    with atomic_folder(EVALUATE) as out:
        (out / "gates").mkdir()  # there, even if no head has gates
        for name in progress(iter(folders), len(folders), "evaluate", "run"):
            seeds = [load_run(folder) for folder in folders[name]]
            each = [trained.each_of(clips) for trained in seeds]
            scores = over_seeds([agreement(p, clips, targets, params.variants) for p in each])
            table[name] = intervals.add(name, each, scores)
            table[name] |= ccc_without(seeds, clips, targets)
            if seeds[0].about["head"] in params.baselines:
                plain[name] = validation(seeds)
            write_predictions(out / "predictions" / name, each, clips, grid)
            write_gates(out / "gates" / name, seeds, clips, grid)
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


def _folders(params: Params) -> dict[str, list[Path]]:
    """What was trained, once it is known that every name in the section exists."""
    train = load("train", TrainParams)
    folders = runs(train.heads, train.seeds)
    known("fusion head under evaluate.baselines", params.baselines, available())
    known("run under evaluate.compare", [n for pair in params.compare for n in pair], folders)
    known("variant of CCC under evaluate.variants", params.variants, PROTOCOLS)
    return folders
