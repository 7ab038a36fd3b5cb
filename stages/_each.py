"""The map over clips: the one seam through which a stage's work leaves its own process.

Where the work runs never changes a byte, so it is no parameter: WORKERS in the environment, or
as many processes as there are cores; or a Dask cluster, if DASK_SCHEDULER_ADDRESS is there.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from importlib import import_module
from threading import Thread
from typing import TypeVar

from tqdm import tqdm

CLUSTER = "DASK_SCHEDULER_ADDRESS"  # Dask's own name for it
START_S = 10  # what a process that loads torch and a model takes to start
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")
T = TypeVar("T")
R = TypeVar("R")


def each(work: Callable[[T], R], items: Sequence[T], label: str, unit: str = "clip") -> Iterator[R]:
    """`work` on every item, results as they come; progress with rate and time left.

    The first failure is raised once the items in flight are done; those not begun are dropped.
    """
    with _one_thread_each():
        if items and os.environ.get(CLUSTER):  # nothing here imports what it does not need
            results = import_module("flows.cluster").spread(work, items)
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
    with ProcessPoolExecutor(min(count, len(items)), context, Worker.begin) as pool:
        futures = [pool.submit(Worker.do, work, item) for item in items]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


class Worker:
    """What a process of the pool knows of itself."""

    busy = False
    stopped = False  # by Ctrl-C, which reaches every process of a terminal

    @classmethod
    def begin(cls) -> None:
        signal.signal(signal.SIGINT, cls.stop)
        Thread(target=cls.end_with_stage, daemon=True).start()

    @classmethod
    def do(cls, work: Callable[[T], R], item: T) -> R:
        if cls.stopped:
            raise KeyboardInterrupt
        cls.busy = True
        try:
            return work(item)
        finally:
            cls.busy = False

    @classmethod
    def stop(cls, *_: object) -> None:
        cls.stopped = True
        if cls.busy:  # otherwise it waits for work, and the stage tells it that there is none
            raise KeyboardInterrupt

    @staticmethod
    def end_with_stage() -> None:
        """A stage that is killed cannot tell its workers, which would wait for work for ever."""
        if stage := multiprocessing.parent_process():
            stage.join()
            os._exit(1)


def progress(results: Iterator[R], total: int, label: str, unit: str = "clip") -> Iterator[R]:
    """Pass results on, showing how far it is."""
    with meter(total, label, unit) as bar:
        for result in results:
            bar.update()
            yield result


def meter(total: int, label: str, unit: str = "clip") -> tqdm:
    """Progress with rate and time left, after 3 s: on a terminal a bar, elsewhere every 10 s."""
    calm = not sys.stderr.isatty()
    return tqdm(
        total=total, desc=label, unit=unit, mininterval=10 if calm else 0.5, delay=3, ascii=calm
    )


def workers() -> int:
    """How many processes share the work."""
    asked = os.environ.get("WORKERS", "")
    if asked and not (asked.isdigit() and int(asked) > 0):
        raise ValueError(f"WORKERS must be a number of processes, got {asked!r}")
    return int(asked) if asked else len(os.sched_getaffinity(0))


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Cores are taken by processes; threads on top only get in each other's way, and their number
    decides the last bits. Processes that start inside inherit it before they load a library."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ |= dict.fromkeys(THREADS, "1")
    torch = sys.modules.get("torch")  # already loaded here: it no longer looks at the environment
    if torch is not None:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        os.environ |= {name: value for name, value in before.items() if value is not None}
        for name in (name for name, value in before.items() if value is None):
            del os.environ[name]
