"""Trained heads -> how far they agree with the annotators on one split, and how sure that is.

reads   data/ingest/clips.jsonl, data/align/*.h5, data/train/
writes  data/evaluate/metrics.json                   each run's scores over seeds, with intervals
        data/evaluate/ccc.json                       {run: mean CCC}, what `dvc exp show` compares
        data/evaluate/predictions/<run>/<clip>.csv   time, valence, arousal (mean over seeds), truth
        data/evaluate/gates/<run>/<clip>.csv         time, gate weights (mean over seeds)
        data/evaluate/plots/*.csv                    what `dvc plots show` draws
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import Field

from models.fusion import available
from models.nearest import known
from models.published import PROTOCOLS
from models.split import check
from stages._agreement import agreement, answers, ccc_without, over_seeds
from stages._clips import read_clips, write_lines
from stages._compare import compare, validation
from stages._each import progress
from stages._evaluated import write_gates, write_plots, write_predictions
from stages._grid import TARGETS, Grid
from stages._intervals import Intervals, Resampling
from stages._main import main
from stages._params import Section, load
from stages._trained import runs, trained
from stages._whole import whole
from stages.train import Params as TrainParams

EVALUATE = Path("data/evaluate")


class Params(Section):
    split: Literal["train", "val", "test"]
    threads: int = Field(gt=0)
    bootstrap: Resampling
    baselines: list[str]  # heads: the run of theirs that validates best is the baseline
    compare: list[tuple[str, str]]  # further pairs of runs
    variants: list[str]  # of models.published.PROTOCOLS


def run(params: Params) -> None:
    torch.set_num_threads(params.threads)
    folders = _folders(params)
    grid = Grid(read_clips())
    clips = grid.split(params.split, grid.modalities)
    check(params.split, clips, grid.modalities, TARGETS)
    intervals = Intervals(clips, params.bootstrap)
    table: dict[str, dict[str, Any]] = {}
    plain: dict[str, float] = {}  # how the runs that may be the baseline validate
    with whole(EVALUATE) as out:
        (out / "gates").mkdir()  # there, even if no head has gates
        for name in progress(iter(folders), len(folders), "evaluate", "head"):
            models = [trained(folder) for folder in folders[name]]
            each = [answers(model, clips) for model in models]
            scores = over_seeds([agreement(a, clips, params.variants) for a in each])
            table[name] = {**intervals.add(name, each, scores), **ccc_without(models, clips)}
            if models[0].about["head"] in params.baselines:
                plain[name] = validation(models)
            write_predictions(out / "predictions" / name, each, clips, grid)
            write_gates(out / "gates" / name, models, clips, grid)
        baseline = max(plain, key=plain.__getitem__, default=None)  # validation chooses, not test
        usual = [(name, baseline) for name in table if baseline not in (None, name)]
        compare(table, [*usual, *params.compare], intervals)
        write_plots(out / "plots", table, folders)
        drawn = {**params.bootstrap.model_dump(), "used": intervals.used}
        metrics = {"heads": table, "baseline": baseline, "bootstrap": drawn, "split": params.split}
        metrics |= {"clips": len(clips), "features": grid.provenance()}
        write_lines(out / "metrics.json", [json.dumps(metrics, indent=2, ensure_ascii=False)])
        means = {name: scores["mean"]["ccc"] for name, scores in table.items()}
        write_lines(out / "ccc.json", [json.dumps(means, indent=2, ensure_ascii=False)])


def _folders(params: Params) -> dict[str, list[Path]]:
    """What was trained, once it is known that every name in the section exists."""
    train = load("train", TrainParams)
    folders = runs(train.kinds, train.seeds)
    known("fusion head under evaluate.baselines", params.baselines, available())
    known("run under evaluate.compare", [n for pair in params.compare for n in pair], folders)
    known("variant of CCC under evaluate.variants", params.variants, PROTOCOLS)
    return folders


if __name__ == "__main__":
    main("evaluate", Params, run)
