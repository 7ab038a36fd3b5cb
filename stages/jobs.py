"""Jobs on heads: looked up in the store, and made where they are missing.

A job is a training, an evaluation or a robustness curve of one run under one seed. Its key is the
digest of all that decides its result, so that nothing is done twice, whoever did it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol, TypeVar

import torch

from features.shards import canonical
from features.store import Results
from models.placement import Placement, placement
from stages.work.each import each
from stages.work.environment import CLUSTER

Files = dict[str, bytes]  # {name: content}
LONG = 5e7  # numbers that a job reads: a few seconds, for which another process is worth its start
log = logging.getLogger("stages")


class Job(Protocol):
    """Something to make, picklable.

    called  what people know it by; threads  that it uses
    size    how many numbers it reads: large jobs begin first, so that all hands end together
    """

    @property
    def kind(self) -> str: ...
    @property
    def head(self) -> str: ...
    @cached_property
    def key(self) -> str: ...
    @property
    def called(self) -> str: ...
    @property
    def threads(self) -> int: ...
    @property
    def size(self) -> float: ...

    def make(self) -> Files:
        """Its result; the same bytes wherever it runs, on one kind of device."""
        ...


J = TypeVar("J", bound=Job)


def placed(device: str, precision: str) -> Placement:
    """The placement behind two names, see models.placement; on a cluster, auto is cpu, and it is
    the workers that say whether they have what is named.
    """
    if not os.environ.get(CLUSTER):
        return placement(device, precision)
    return Placement("cpu" if device == "auto" else device, precision)


def finished(
    jobs: Sequence[J], where: Placement, label: str, unit: str = "run"
) -> Iterator[tuple[J, Files, bool]]:
    """Each job in its order with its result, and whether it was made now.

    What is missing in the store is made first, by as many processes as the machine, its cards or
    the cluster has. Raises the first failure; what was finished by then is kept.
    """
    results = Results()
    missing = {job.key: job for job in jobs if not _found(results, job)}
    log.info("%s, %d of them in the store", _many(len(jobs), unit), len(jobs) - len(missing))
    threads = max((job.threads for job in missing.values()), default=1)
    cards = torch.cuda.device_count() if where.device == "cuda" else 0
    largest_first = sorted(missing.values(), key=lambda job: -job.size)
    long = any(job.size > LONG for job in largest_first)
    made = each(make, largest_first, label, unit, long=long, threads=threads, cards=cards)
    unkept = {}
    for key, files in made:
        log.info("%s: made", missing[key].called)
        if files is not None:
            unkept[key] = files
    for job in jobs:
        files = unkept.get(job.key) or results.get(job.key)
        new = job.key in missing
        if files is None:  # damaged since, or somebody cleared the store
            (files, new) = (_made(job), True)
            log.info("%s: made", job.called)
            _keep(job, files)
        yield job, files, new


def make(job: Job) -> tuple[str, Files | None]:
    """Make a job and keep it in the store -> its key, and its files if the store has no room."""
    if _found(Results(), job):  # by a worker that was lost, or by somebody else meanwhile
        return job.key, None
    files = _made(job)
    return job.key, None if _keep(job, files) else files


def about(job: Job) -> dict[str, str]:
    """What the store says of an entry."""
    return {"kind": job.kind, "head": job.head}


def key_of(decides: Mapping[str, Any]) -> str:
    """The digest of all that decides a result, as JSON values, and of torch's version: hex."""
    return hashlib.sha256(canonical({**decides, "torch": torch.__version__}).encode()).hexdigest()


def _found(results: Results, job: Job) -> bool:
    """Whether the store has the result, undamaged; then its checkpoint is of no use any more."""
    if results.get(job.key) is None:
        return False
    results.forget_checkpoint(job.key)
    return True


def _made(job: Job) -> Files:
    try:
        return job.make()
    except Exception as error:
        error.add_note(f"in run {job.called}")
        raise


def _keep(job: Job, files: Files) -> bool:
    """Whether the store takes the result; until then a checkpoint may be needed."""
    results = Results()
    kept = results.put(job.key, about(job), files)
    if kept:
        results.forget_checkpoint(job.key)
    return kept


def _many(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
