"""Time grid -> the weights of one fusion head under one seed, for each of its runs.

reads   data/ingest/splits.jsonl, data/align/*.h5
writes  data/train/<head>-<seed>/<run>/          see stages.checkpoint
        data/provenance/train/<head>-<seed>.json  what made the features, see stages.provenance

An interrupted stage goes on where it was, from data/.training, to the same weights.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import Any

import torch

from features import code
from features.nearest import unknown
from models.aligned import AlignedClip
from models.fusion import build
from models.head import Head
from models.targets import TARGETS
from models.training import Training
from stages.atomic import atomic_folder
from stages.checkpoint.save import save
from stages.clips import read_assignments
from stages.grid import Grid
from stages.paths import TRAIN
from stages.provenance import write_extractors
from stages.train.params import Params
from stages.train.plans import Plan, plans
from stages.train.resume import Saved, forget
from stages.work.progress import meter

log = logging.getLogger("stages")


def run(params: Params, head: str, seed: str) -> None:
    if head not in params.runs:
        raise LookupError(unknown("head under train.runs", head, params.runs))
    torch.use_deterministic_algorithms(True)
    grid = Grid(read_assignments())
    planned = list(plans(params.runs[head], params.recipe, f"train.runs.{head}"))
    for plan in planned:  # what cannot be built is said before hours are spent on the others
        _head(head, plan, grid, plan.targets[0])
    made, group = grid.made(), f"{head}-{seed}"
    with atomic_folder(TRAIN / group) as out:
        for plan in planned:
            for targets in plan.targets:
                about = {"head": head, "run": plan.name, "seed": int(seed), "targets": targets}
                about |= {"widths": _widths(plan, grid), **plan.about()}
                about |= {"features": grid.features(), "grid": made}
                training = _train(grid, plan, about, group)
                apart = targets[0] if len(plan.targets) > 1 else ""
                save(out / plan.name / apart, training, about)
    write_extractors(group, made["rows"])
    forget(group)


def _train(grid: Grid, plan: Plan, about: dict[str, Any], group: str) -> Training:
    """Train one model to the end, from where it was left if it was."""
    torch.set_num_threads(plan.threads)
    targets, seed = about["targets"], about["seed"]
    sides = [_labelled(grid.split(side, plan.modalities), targets) for side in ("train", "val")]

    make = partial(_head, about["head"], plan, grid, targets)
    training = Training(make, sides[0], sides[1], targets, plan.recipe, seed)
    decides = {**about, "rows": grid.contents("train", "val"), "code": _code(about["head"])}
    saved = Saved(group, decides)
    if state := saved.load():
        training.resume(state)
        log.info("%s goes on after epoch %d", plan.name, training.history[-1].epoch)
    called = plan.name if len(targets) > 1 else f"{plan.name}, {targets[0]}"
    with meter(plan.recipe.epochs, f"{called}, seed {seed}", "epoch") as bar:
        bar.update(len(training.history))
        for row in training.epochs():
            saved.save(training.state)
            bar.update()
            bar.set_postfix(ccc=f"{row.ccc_mean:.3f}", refresh=False)
    saved.save(training.state, now=True)
    best = training.best
    log.info("%s: validation CCC %.3f in epoch %d", called, best.ccc_mean, best.epoch)
    return training


def _code(head: str) -> str:
    """The digest of the code that decides the weights of a head."""
    return code.digest("models.training", f"models.fusion.{head}")


def _head(name: str, plan: Plan, grid: Grid, targets: list[str]) -> Head:
    widths = _widths(plan, grid)
    return build(name, widths, plan.recipe.steps, len(targets), **plan.options)


def _widths(plan: Plan, grid: Grid) -> dict[str, int]:
    return {m: grid.width(m) for m in plan.modalities}


def _labelled(clips: dict[str, AlignedClip], targets: list[str]) -> dict[str, AlignedClip]:
    """The clips with the labels of these targets only."""
    columns = [TARGETS.index(t) for t in targets]
    return {name: replace(c, labels=c.labels[:, columns]) for name, c in clips.items()}
