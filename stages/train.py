"""Time grid -> the weights of one kind of fusion head under one seed, for each of its runs.

reads   data/ingest/clips.jsonl, data/align/*.h5
writes  data/train/<head>-<seed>/<run>/   weights.safetensors, history.csv, run.json
"""

from __future__ import annotations

import csv
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from pydantic import Field, model_validator
from safetensors.torch import save_file

from features.corpus import check_id
from features.extractor import unknown
from models.fusion import build
from models.head import Head
from models.recipe import Recipe
from models.training import Epoch, Result, fit
from stages._clips import read_clips
from stages._each import meter
from stages._grid import TARGETS, Grid
from stages._main import main
from stages._params import Section
from stages._whole import whole

TRAIN = Path("data/train")
log = logging.getLogger("stages")


class Run(Section):
    """One trained head: which modalities it fuses, and the head's own options."""

    modalities: list[str] = Field(min_length=1)
    options: dict[str, Any]


class Training(Section):
    """models.recipe.Recipe, and the number of threads, which decides the last bits."""

    steps: int
    hop: int
    batch: int
    epochs: int
    patience: int
    optimiser: str
    lr: float
    weight_decay: float
    schedule: str
    loss: str
    clip_norm: float | None
    threads: int = Field(gt=0)

    def recipe(self) -> Recipe:
        return Recipe(**self.model_dump(exclude={"threads"}))


class Params(Section):
    seeds: list[int] = Field(min_length=1)
    recipe: Training
    heads: dict[str, dict[str, Run]] = Field(min_length=1)  # {a file in models/fusion/: {run: Run}}

    @model_validator(mode="after")
    def _named_once(self) -> Params:
        names = [name for runs in self.heads.values() for name in runs]
        for name in names:
            check_id(name)  # it becomes a folder
            if names.count(name) > 1:
                raise ValueError(f"two runs are named {name!r}; scores are listed by that name")
        return self


def run(params: Params, head: str, seed: str) -> None:
    if head not in params.heads:
        raise LookupError(unknown("head under train.heads", head, params.heads))
    torch.set_num_threads(params.recipe.threads)
    torch.use_deterministic_algorithms(True)
    grid = Grid(read_clips())
    recipe = params.recipe.recipe()
    with whole(TRAIN / f"{head}-{seed}") as out:
        for name, chosen in params.heads[head].items():
            about = {"head": head, "run": name, "seed": int(seed), "options": chosen.options}
            result = _train(grid, recipe, about, chosen.modalities)
            about |= {"widths": dict(result.model.head.widths), "recipe": asdict(recipe)}
            _write(out / name, result, {**about, "features": grid.provenance()})
            best = result.best
            log.info("%s: validation CCC %.3f in epoch %d", name, best.ccc_mean, best.epoch)


def _train(grid: Grid, recipe: Recipe, about: Mapping[str, Any], modalities: list[str]) -> Result:
    train, val = (list(grid.split(side, modalities).values()) for side in ("train", "val"))
    widths = {m: grid.modalities[m] for m in modalities}

    def make() -> Head:
        return build(about["head"], widths, recipe.steps, len(TARGETS), **about["options"])

    with meter(recipe.epochs, f"{about['run']}, seed {about['seed']}", "epoch") as bar:

        def show(row: Epoch) -> None:
            bar.update()
            bar.set_postfix(ccc=f"{row.ccc_mean:.3f}", refresh=False)

        return fit(make, train, val, recipe, about["seed"], show)


def _write(folder: Path, result: Result, about: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True)
    save_file(
        {k: v.contiguous() for k, v in result.weights.items()}, folder / "weights.safetensors"
    )
    best = {"epoch": result.best.epoch, **dict(zip(TARGETS, result.best.ccc, strict=True))}
    text = json.dumps({**about, "validation": best}, indent=2, ensure_ascii=False)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8")
    with (folder / "history.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["epoch", "lr", "loss", *(f"val_ccc_{t}" for t in TARGETS)])
        rows.writerows([r.epoch, r.lr, r.loss, *r.ccc] for r in result.history)


if __name__ == "__main__":
    main("train", Params, run, "head", "seed")
