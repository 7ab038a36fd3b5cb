"""Time grid -> the weights of one fusion head, of each of its runs under every seed.

reads   data/ingest/splits.jsonl, data/grid/*.h5, data/align/<stream>/*.h5 of the streams it fuses
writes  data/train/<head>/<seed>/<run>/     see stages.checkpoint
        data/provenance/train/<head>.json   what made the features, see stages.provenance

A run under a seed is a job: one that was trained before, on the same rows in the same way, is taken
from the store, and an interrupted one goes on where it was, to the same weights, here or wherever
the store is seen.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

from features.nearest import unknown
from models.placement import Placement
from stages.atomic import atomic_folder
from stages.clips import read_assignments
from stages.jobs import Files, finished, placed
from stages.on_grid import Grid
from stages.paths import TRAIN
from stages.provenance import write_extractors
from stages.streams import known_streams
from stages.train.check import check
from stages.train.job import Job
from stages.train.params import Params
from stages.train.plans import plans

GB = 1e9
log = logging.getLogger("stages")


def run(params: Params, head: str) -> None:
    if head not in params.runs:
        raise LookupError(unknown("head under train.runs", head, params.runs))
    where = placed(params.device, params.precision)
    needed = dict.fromkeys(m for run in params.runs[head].values() for m in run.modalities)
    known_streams(needed, f"train.runs.{head}")
    grid = Grid(read_assignments(), needed)
    jobs = list(_jobs(params, head, grid, where))
    check(jobs)
    with atomic_folder(TRAIN / head) as out:
        for job, files, new in finished(jobs, where, f"train@{head}"):
            _write(out / job.place, files)
            log.info("%s", _said(job, files, new))
    write_extractors(head, {m: rows for m, rows in grid.contents(needed).items() if m in needed})


def _jobs(params: Params, head: str, grid: Grid, where: Placement) -> Iterator[Job]:
    held = params.memory_gb * GB
    planned = plans(head, params.runs[head], params.recipe, grid.targets, grid.kinds())
    for plan in planned:
        for seed in params.seeds:
            for targets in plan.targets(grid.targets):
                yield Job(grid, plan, targets, head, seed, where, held)


def _write(folder: Path, files: Files) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _said(job: Job, files: Files, new: bool) -> str:
    reached = json.loads(files["run.json"])["validation"]
    mean = sum(reached[target] for target in job.targets) / len(job.targets)
    found = f"validation CCC {mean:.3f} in epoch {reached['epoch']}"
    return f"{job.called}: {found if new else f'trained before, {found}'}"
