"""Time grid -> the weights of one fusion head under one seed, for each of its runs.

reads   data/ingest/splits.jsonl, data/grid/*.h5, data/align/<stream>/*.h5 of the streams it fuses
writes  data/train/<head>-<seed>/<run>/          see stages.checkpoint
        data/provenance/train/<head>-<seed>.json  what made the features, see stages.provenance

An interrupted stage goes on where it was, from data/.training, to the same weights; one that was
trained to the end before, on the same rows in the same way, is taken from the store.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from features import code
from features.nearest import unknown
from models.aligned import AlignedClip
from models.fusion import build
from models.head import Head
from models.targets import Range
from models.training import Training
from stages.atomic import atomic_folder
from stages.checkpoint.save import save
from stages.clips import read_assignments
from stages.on_grid import Grid
from stages.paths import TRAIN
from stages.provenance import write_extractors
from stages.streams import known_streams
from stages.train.kept import Kept
from stages.train.params import Params
from stages.train.plans import Plan, plans
from stages.train.resume import Saved, forget, key_of
from stages.work.progress import meter

log = logging.getLogger("stages")


def run(params: Params, head: str, seed: str) -> None:
    if head not in params.runs:
        raise LookupError(unknown("head under train.runs", head, params.runs))
    torch.use_deterministic_algorithms(True)
    runs = params.runs[head]
    needed = dict.fromkeys(m for run in runs.values() for m in run.modalities)
    known_streams(needed, f"train.runs.{head}")
    grid = Grid(read_assignments(), needed)
    planned = list(plans(head, runs, params.recipe, grid.targets, grid.kinds()))
    for plan in planned:  # what cannot be built is said before hours are spent on the others
        _head(head, plan, grid, 1)
    group = f"{head}-{seed}"
    with atomic_folder(TRAIN / group) as out:
        for plan in planned:
            each = plan.targets(grid.targets)
            for targets in each:
                about = _about(grid, plan, targets, {"head": head, "seed": int(seed)})
                apart = next(iter(targets)) if len(each) > 1 else ""
                _kept_or_trained(grid, plan, about, group, out / plan.name / apart)
    write_extractors(group, {m: rows for m, rows in grid.contents(needed).items() if m in needed})
    forget(group)


def _about(
    grid: Grid, plan: Plan, targets: Mapping[str, Range], which: Mapping[str, Any]
) -> dict[str, Any]:
    """How a model is made, as plain JSON values; of streams that it does not read, nothing."""
    features = grid.features()
    return {
        "head": which["head"],
        "run": plan.name,
        "seed": which["seed"],
        "targets": {name: list(values) for name, values in targets.items()},
        "columns": [list(grid.targets).index(name) for name in targets],  # of the labels
        "widths": _widths(plan, grid),
        **plan.about(),
        "features": {m: features[m] for m in plan.modalities},
        "grid": grid.made(plan.modalities),
    }


def _kept_or_trained(
    grid: Grid, plan: Plan, about: dict[str, Any], group: str, folder: Path
) -> None:
    """The folder of one model: from the store, where it was trained before, or trained now."""
    sides = {side: [c.id for c in grid.clips if c.split == side] for side in ("train", "val")}
    order = [list(about["widths"]), list(about["targets"])]  # which a digest of mappings forgets
    key = key_of({**about, "order": order, "sides": sides, "code": _code(about["head"])})
    kept, called = Kept(key), _called(plan, about)
    if made := kept.unpack(folder):
        best = made["validation"]
        mean = sum(best[t] for t in about["targets"]) / len(about["targets"])
        log.info("%s: trained before, validation CCC %.3f", called, mean)
        return
    save(folder, _train(grid, plan, about, Saved(group, key)), about)
    kept.pack(folder)


def _train(grid: Grid, plan: Plan, about: dict[str, Any], saved: Saved) -> Training:
    """Train one model to the end, from where it was left if it was."""
    torch.set_num_threads(plan.threads)
    targets, seed = {t: grid.targets[t] for t in about["targets"]}, about["seed"]
    columns = [list(grid.targets).index(t) for t in targets]
    sides = [_labelled(grid.split(side, plan.modalities), columns) for side in ("train", "val")]

    make = partial(_head, about["head"], plan, grid, len(targets))
    training = Training(make, sides[0], sides[1], targets, plan.recipe, seed)
    if state := saved.load():
        training.resume(state)
        log.info("%s goes on after epoch %d", plan.name, training.history[-1].epoch)
    called = _called(plan, about)
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


def _called(plan: Plan, about: Mapping[str, Any]) -> str:
    return plan.name if plan.models == "joint" else f"{plan.name}, {', '.join(about['targets'])}"


def _code(head: str) -> str:
    """The digest of the code that decides the weights of a head."""
    return code.digest("models.training", f"models.fusion.{head}")


def _head(name: str, plan: Plan, grid: Grid, targets: int) -> Head:
    return build(name, _widths(plan, grid), plan.recipe.steps, targets, **plan.options)


def _widths(plan: Plan, grid: Grid) -> dict[str, int]:
    return {m: grid.widths[m] for m in plan.modalities}


def _labelled(clips: dict[str, AlignedClip], columns: list[int]) -> dict[str, AlignedClip]:
    """The clips with the labels of some targets only."""
    return {
        name: replace(c, labels=c.labels[:, columns], label_mask=c.label_mask[:, columns])
        for name, c in clips.items()
    }
