"""The inside of a cluster's worker: a process of its own for each run of a stage.

A worker only passes batches on to it, so that code, models and shards are found as they are then,
and nothing of what an earlier run has left in memory.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import platform
import signal
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess
from threading import Lock

from stages.work.crash import CrashError, crashed
from stages.work.parcel import do, pack
from stages.work.place import processor, unlike
from stages.work.process import Process

NOT_OURS = "it was not started by the worker command of this project"
KEPT = 3  # processes of a worker: for as many stages side by side; each may hold a model
_processes: dict[str, ProcessPoolExecutor] = {}  # run -> process, the longest unused first
# run -> its process, also one that is kept no longer: it may be at work
_children: dict[str, BaseProcess] = {}
_forgotten: set[str] = set()  # runs that have ended; what was queued for them may still come
_lock = Lock()


class Forgotten(RuntimeError):
    """A batch of a run that has ended, for whose result nobody waits."""


class Refused(ValueError):
    """A worker that would make other bytes, or see other files."""


def batch(place: Mapping[str, str], packed: bytes) -> bytes:
    """Do a batch in this run's process. If that crashes, the next batch has another one; if it is
    killed, so is the worker, and its scheduler gives the batch to another one, three times at most.
    Raises Forgotten, or Refused."""
    try:
        return _process(place).submit(do, packed).result()
    except (BrokenProcessPool, KeyboardInterrupt) as error:
        if place["token"] in _forgotten:  # it was told to end, however it did
            raise Forgotten("its run has ended") from error
        if isinstance(error, KeyboardInterrupt):  # a terminal's, which this worker has heard, too
            raise
        code = _ended(place["token"])
        if code is not None and crashed(code):
            return pack((0.0, [], CrashError(code), ""))
        print("worker: the process at work died", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        raise


async def ready(place: Mapping[str, str]) -> str:
    """Start this run's process and check it; what it computes on. Raises Refused."""
    process = await asyncio.to_thread(_process, place)
    return await asyncio.wrap_future(process.submit(processor))


def forget(run: str) -> None:
    """A run has ended, and its process with it: what it has in hand is interrupted."""
    with _lock:
        _forgotten.add(run)
        process, child = _processes.pop(run, None), _children.pop(run, None)
        if child is not None and child.pid is not None and child.is_alive():
            os.kill(child.pid, signal.SIGINT)
        if process is not None:
            process.shutdown(wait=False, cancel_futures=True)


def _ended(run: str) -> int | None:
    """The exit code of a run's process, which is then no longer kept; None: it was not there."""
    with _lock:
        process, child = _processes.pop(run, None), _children.pop(run, None)
    if process is not None:
        process.shutdown()  # which waits for its end
    return None if child is None else child.exitcode


def _process(place: Mapping[str, str]) -> ProcessPoolExecutor:
    with _lock:
        run = place["token"]
        if run in _forgotten:
            raise Forgotten("its run has ended")
        if run not in _processes:
            started = _start(place)
            while len(_processes) >= KEPT:
                _processes.pop(next(iter(_processes))).shutdown(wait=False)
            _processes[run] = started
        _processes[run] = _processes.pop(run)
        return _processes[run]


def _start(place: Mapping[str, str]) -> ProcessPoolExecutor:
    if multiprocessing.current_process().daemon:
        raise _refusal([NOT_OURS])
    process = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), Process.begin)
    try:
        if wrong := process.submit(_enter, place).result():
            raise _refusal(wrong)
        number = process.submit(os.getpid).result()
        children = {child.pid: child for child in multiprocessing.active_children()}
        _children[place["token"]] = children[number]
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
