"""Lend this machine to a cluster: `python -m flows.worker tcp://scheduler:8786`, in a checkout.

Starts as many Dask workers as WORKERS says, or as there are cores. A worker only passes batches on
to a process of its own for each run of a stage, which finds code, models and shards as they are
then, and nothing of what an earlier run has left in memory.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import platform
import signal
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from threading import Lock

from flows.parcel import do
from stages._each import THREADS, Worker, workers
from stages._place import processor, unlike

KEPT = 3  # processes of a worker: for as many stages side by side; each may hold a model
_processes: dict[str, ProcessPoolExecutor] = {}  # run -> process, the longest unused first
_lock = Lock()


class Refused(ValueError):
    """A worker that would make other bytes, or see other files."""


def batch(place: Mapping[str, str], packed: bytes) -> bytes:
    """Do a batch in this run's process; if that dies, so does the worker, and its scheduler gives
    the batch to another one, three times at most."""
    try:
        return _process(place).submit(do, packed).result()
    except BrokenProcessPool:
        print("flows.worker: the process that was extracting died", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        raise


async def ready(place: Mapping[str, str]) -> str:
    """Start this run's process and check it; what it computes on. Raises Refused."""
    process = await asyncio.to_thread(_process, place)
    return await asyncio.wrap_future(process.submit(processor))


def forget(run: str) -> None:
    """A run has ended, and its process with it."""
    with _lock:
        if process := _processes.pop(run, None):
            process.shutdown(wait=False, cancel_futures=True)


def _process(place: Mapping[str, str]) -> ProcessPoolExecutor:
    with _lock:
        run = place["token"]
        if run not in _processes:
            started = _start(place)
            while len(_processes) >= KEPT:
                _processes.pop(next(iter(_processes))).shutdown(wait=False)
            _processes[run] = started
        _processes[run] = _processes.pop(run)
        return _processes[run]


def _start(place: Mapping[str, str]) -> ProcessPoolExecutor:
    if multiprocessing.current_process().daemon:
        raise _refusal(["it was not started by `python -m flows.worker`"])
    process = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), Worker.begin)
    try:
        if wrong := process.submit(_enter, place).result():
            raise _refusal(wrong)
    except BaseException:
        process.shutdown(wait=False)
        raise
    return process


def _refusal(wrong: list[str]) -> Refused:
    more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
    return Refused(f"the worker on {platform.node()} is refused: {', '.join(wrong[:5])}{more}")


def _enter(place: Mapping[str, str]) -> list[str]:
    """Be where the stage is; why this process cannot."""
    if wrong := unlike(place):
        return wrong
    os.chdir(place["folder"])
    os.environ["CLIP_STORE"] = place["store"]
    return []


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m flows.worker", description=__doc__)
    parser.add_argument("scheduler", help="its address, as it says itself")
    given, more = parser.parse_known_args()
    os.environ |= dict.fromkeys(THREADS, "1") | {"DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    options = f"--nworkers {workers()} --nthreads 1 --memory-limit 0 --no-dashboard".split()
    command = ["-m", "distributed.cli.dask_worker", given.scheduler, *options, *more]
    os.execv(sys.executable, [sys.executable, *command])


if __name__ == "__main__":
    main()
