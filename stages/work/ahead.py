"""A process that stands by for a stage, so that it has loaded what the stage loads meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stages.work.environment import CLUSTER, alone, cores, threads_each
from stages.work.worker import Worker


class Ahead:
    """The process that stands by in this stage, if there is one."""

    worker: Worker | None = None
    lasting = False  # whether one that has nothing more to do is kept for what else there will be

    @classmethod
    def enter(cls, load: Callable[[], object] | None = None) -> None:
        """The environment is what it will be for the work; `load` what takes long in it."""
        if cls.worker is not None:
            cls.worker.enter(load)

    @classmethod
    def take(cls) -> Worker | None:
        """It, as it stands by no more."""
        cls.enter()
        worker, cls.worker = cls.worker, None
        return worker

    @classmethod
    def keep(cls, worker: Worker) -> bool:
        """Whether a process that waits for work is to stand by from now on."""
        kept = cls.lasting and cls.worker is None and worker.idle and worker.card is None
        if kept:
            cls.worker = worker
        return kept


@contextmanager
def ahead(*modules: str) -> Iterator[None]:
    """A block in which a process stands by for `each`, which loads modules from now on.

    Where there is one core it would only be in the way of its stage: it is started when it is
    needed, and kept until the end of the block. A block inside another one adds nothing.
    """
    if Ahead.lasting or alone() or os.environ.get(CLUSTER):
        yield
        return
    Ahead.lasting = True
    try:
        if cores() > 1:
            with threads_each():
                Ahead.worker = Worker(modules=modules)
        yield
    finally:
        worker, Ahead.worker, Ahead.lasting = Ahead.worker, None, False
        if worker is not None:
            worker.dismiss()
            worker.process.join()
