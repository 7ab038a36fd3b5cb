"""Time grid -> the weights of one fusion head under one seed, for each of its runs.

reads   data/ingest/splits.jsonl, data/grid/*.h5, data/align/<stream>/*.h5 of the streams it fuses
writes  data/train/<head>-<seed>/<run>/          see stages.checkpoint
        data/provenance/train/<head>-<seed>.json  what made the features, see stages.provenance

An interrupted stage goes on where it was, from data/.training, to the same weights; one that was
trained to the end before, on the same rows in the same way, is taken from the store.
"""

from __future__ import annotations

import torch

from features.nearest import unknown
from stages.atomic import atomic_folder
from stages.clips import read_assignments
from stages.on_grid import Grid
from stages.paths import TRAIN
from stages.provenance import write_extractors
from stages.streams import known_streams
from stages.train.job import Job
from stages.train.params import Params
from stages.train.plans import plans
from stages.train.resume import forget


def run(params: Params, head: str, seed: str) -> None:
    if head not in params.runs:
        raise LookupError(unknown("head under train.runs", head, params.runs))
    torch.use_deterministic_algorithms(True)
    runs, group = params.runs[head], f"{head}-{seed}"
    needed = dict.fromkeys(m for run in runs.values() for m in run.modalities)
    known_streams(needed, f"train.runs.{head}")
    grid = Grid(read_assignments(), needed)
    planned = list(plans(head, runs, params.recipe, grid.targets, grid.kinds()))
    jobs = [
        Job(grid, plan, targets, head, int(seed), group)
        for plan in planned
        for targets in plan.targets(grid.targets)
    ]
    for job in jobs:  # what cannot be is said before hours are spent on the others
        job.check()
    with atomic_folder(TRAIN / group) as out:
        for job in jobs:
            job.make(out / job.place)
    write_extractors(group, {m: rows for m, rows in grid.contents(needed).items() if m in needed})
    forget(group)
