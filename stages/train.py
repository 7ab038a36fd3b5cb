"""Time grid -> the weights of one kind of fusion head under one seed, for each of its runs.

reads   data/ingest/clips.jsonl, data/align/*.h5
writes  data/train/<head>-<seed>/<run>/   weights.safetensors, history.csv, run.json

An interrupted stage goes on where it was, from data/.training, to the same weights.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from pydantic import Field, model_validator

from features.corpus import check_id
from features.extractor import unknown
from models.fusion import build
from models.head import Head
from models.sequence import Sequence
from models.training import Training
from stages._clips import read_clips
from stages._each import meter
from stages._grid import TARGETS, Grid
from stages._kept import keep
from stages._main import main
from stages._params import Section
from stages._plans import Plan, RecipeSection, Run, names, plans
from stages._resume import Saved, forget
from stages._trained import TRAIN
from stages._whole import whole

log = logging.getLogger("stages")


class Params(Section):
    kinds: list[str] = Field(min_length=1)  # the heads to train, of those below
    seeds: list[int] = Field(min_length=1)
    recipe: RecipeSection
    heads: dict[str, dict[str, Run]] = Field(min_length=1)  # {a file in models/fusion/: {run: Run}}

    @model_validator(mode="after")
    def _named_once(self) -> Params:
        for kind in self.kinds:
            if kind not in self.heads:
                raise ValueError(unknown("head under train.heads", kind, self.heads))
        every = [name for runs in self.heads.values() for name in names(runs)]
        for name in every:
            check_id(name)  # it becomes a folder
            if every.count(name) > 1:
                raise ValueError(f"two runs are named {name!r}; scores are listed by that name")
        return self


def run(params: Params, head: str, seed: str) -> None:
    if head not in params.heads:
        raise LookupError(unknown("head under train.heads", head, params.heads))
    torch.use_deterministic_algorithms(True)
    grid = Grid(read_clips())
    planned = list(plans(params.heads[head], params.recipe, f"train.heads.{head}"))
    for plan in planned:  # what cannot be built is said before hours are spent on the others
        _head(head, plan, grid, plan.targets[0])
    group = f"{head}-{seed}"
    with whole(TRAIN / group) as out:
        for plan in planned:
            for targets in plan.targets:
                about = {"head": head, "run": plan.name, "seed": int(seed), "targets": targets}
                about |= {"widths": _widths(plan, grid), **plan.about()}
                about |= {"features": grid.provenance(), "grid": grid.made()}
                training = _train(grid, plan, about, group)
                apart = targets[0] if len(plan.targets) > 1 else ""
                keep(out / plan.name / apart, training, about)
    forget(group)


def _train(grid: Grid, plan: Plan, about: dict[str, Any], group: str) -> Training:
    """Train one model to the end, from where it was left if it was."""
    torch.set_num_threads(plan.threads)
    targets, seed = about["targets"], about["seed"]
    sides = [_labelled(grid.split(side, plan.modalities), targets) for side in ("train", "val")]

    make = partial(_head, about["head"], plan, grid, targets)
    training = Training(make, sides[0], sides[1], targets, plan.recipe, seed)
    saved = Saved(group, {**about, "rows": grid.contents("train", "val")})
    if state := saved.load():
        training.resume(state)
        log.info("%s goes on after epoch %d", plan.name, training.history[-1].epoch)
    called = plan.name if len(targets) > 1 else f"{plan.name}, {targets[0]}"
    with meter(plan.recipe.epochs, f"{called}, seed {seed}", "epoch") as bar:
        bar.update(len(training.history))
        for row in training.epochs():
            saved.keep(training.state)
            bar.update()
            bar.set_postfix(ccc=f"{row.ccc_mean:.3f}", refresh=False)
    saved.keep(training.state, now=True)
    best = training.best
    log.info("%s: validation CCC %.3f in epoch %d", called, best.ccc_mean, best.epoch)
    return training


def _head(name: str, plan: Plan, grid: Grid, targets: list[str]) -> Head:
    widths = _widths(plan, grid)
    return build(name, widths, plan.recipe.steps, len(targets), **plan.options)


def _widths(plan: Plan, grid: Grid) -> dict[str, int]:
    return {m: grid.width(m) for m in plan.modalities}


def _labelled(clips: dict[str, Sequence], targets: list[str]) -> dict[str, Sequence]:
    """The clips with the labels of these targets only."""
    columns = [TARGETS.index(t) for t in targets]
    return {name: replace(c, labels=c.labels[:, columns]) for name, c in clips.items()}


if __name__ == "__main__":
    main("train", Params, run, "head", "seed")
