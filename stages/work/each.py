"""The map over clips: the one seam through which a stage's work leaves its own process.

Where the work runs never changes a byte, so it is no parameter: WORKERS in the environment, or
as many processes as there are cores; or a Dask cluster, if DASK_SCHEDULER_ADDRESS is there.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

from stages.work.environment import CLUSTER, one_thread_each, workers
from stages.work.process import Process
from stages.work.progress import progress

START_S = 10  # what a process that loads torch and a model takes to start
T = TypeVar("T")
R = TypeVar("R")


def each(work: Callable[[T], R], items: Sequence[T], label: str, unit: str = "clip") -> Iterator[R]:
    """`work` on every item, results as they come; progress with rate and time left.

    The first failure is raised once the items in flight are done; those not begun are dropped.
    """
    with one_thread_each():
        if items and os.environ.get(CLUSTER):  # nothing here imports what it does not need
            from stages.work.cluster import spread

            results = spread(work, items)
        else:
            results = _results(work, items, workers())
        yield from progress(results, len(items), label, unit)


def _results(work: Callable[[T], R], items: Sequence[T], count: int) -> Iterator[R]:
    """Work here until it is clear that other processes are worth their start."""
    started = time.monotonic()
    for done, item in enumerate(items):
        spent = time.monotonic() - started
        if count > 1 and done and spent / done * (len(items) - done) * (1 - 1 / count) > START_S:
            yield from _elsewhere(work, items[done:], count)
            return
        yield work(item)


def _elsewhere(work: Callable[[T], R], items: Sequence[T], count: int) -> Iterator[R]:
    context = multiprocessing.get_context("spawn")  # fork would copy torch's locked threads
    with ProcessPoolExecutor(min(count, len(items)), context, Process.begin) as pool:
        futures = [pool.submit(Process.do, work, item) for item in items]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
