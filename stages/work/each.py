"""The map over items: the one seam through which a stage's work leaves its own process.

Where the work runs never changes a byte, so it is no parameter: WORKERS in the environment, or
as many processes as there are cores; or a Dask cluster, if DASK_SCHEDULER_ADDRESS is there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from stages.work.bar import HERE, Bar
from stages.work.blame import blame
from stages.work.environment import CLUSTER, alone, processes, threads_each
from stages.work.pool import pooled
from stages.work.progress import listening

START_S = 10  # what a process that loads torch and a model takes to start
T = TypeVar("T")
R = TypeVar("R")


def each(
    work: Callable[[T], R],
    items: Sequence[T],
    label: str,
    unit: str = "clip",
    *,
    long: bool = False,
    apart: bool = False,
    lost: Callable[[T, str], R] | None = None,
    start_s: float | None = None,
    threads: int = 1,
    cards: int = 0,
) -> Iterator[R]:
    """`work` on every item, results as they come; progress with rate and time left.

    long     an item takes minutes: other processes are worth their start, even for one item: if
             it dies of its memory, the stage is there to say so
    apart    items hold what others have written, at which native libraries may crash: none is
             worked on in the stage's own process
    lost     an item and a reason -> what comes of it where it crashed two processes, one after the
             other; without it that is a failure
    start_s  what further processes apart must save to be started, where they start faster than
             those that load a model; the first one works on meanwhile
    threads  that an item uses, so that fewer processes share the cores
    cards    the number of this machine's GPUs on which items run, 0 for none; the stage's own
             process opens none, and each other one sees one. A cluster's workers see their own

    The first failure is raised once the items in flight are done; those not begun are dropped.
    Raises WorkerLostError, naming the item, where a process died.
    """
    with threads_each(threads), Bar(len(items), label, unit) as bar:
        count = processes(threads, cards)
        if not items:
            return
        if os.environ.get(CLUSTER):  # nothing here imports what it does not need
            from stages.work.cluster import spread

            for result in spread(work, items, long, lost):
                bar.done()
                yield result
        elif cards or long:
            yield from pooled(work, items, count, bar, 1 if cards else threads, cards, lost)
        elif apart and not alone():
            least_s = START_S / 2 if start_s is None else start_s
            yield from pooled(work, items, count, bar, threads, 0, lost, least_s)
        else:
            yield from _results(work, items, count, bar, threads)


def _results(
    work: Callable[[T], R], items: Sequence[T], count: int, bar: Bar, threads: int
) -> Iterator[R]:
    """Work here until it is clear that other processes are worth their start."""
    started = time.monotonic()
    for done, item in enumerate(items):
        spent = time.monotonic() - started
        if count > 1 and done and spent / done * (len(items) - done) * (1 - 1 / count) > START_S:
            yield from pooled(work, items[done:], count, bar, threads)
            return
        yield _here(work, item, bar)


def _here(work: Callable[[T], R], item: T, bar: Bar) -> R:
    """Work in this process."""
    try:
        with listening(partial(bar.told, HERE)):
            result = work(item)
    except Exception as error:
        blame(error, item)
        raise
    bar.done()
    return result
