"""Stages run as `dvc repro` runs them, in a folder of their own: their seconds and their memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.repo import ROOT

LOOK_S = 0.1  # from one look at the processes to the next
ENDING_S = 10  # that children of a stopped stage have to end
ELSEWHERE = ("DASK_SCHEDULER_ADDRESS", "DVC_STAGE")  # they change what is run, or where


@dataclass(frozen=True)
class Spent:
    """Seconds of a process, and peak resident memory, GiB.

    largest   of that one among it and its children that needs most
    together  of all of them added up: too much, since they share libraries and peak apart
    """

    seconds: float
    largest: float
    together: float


def stage(folder: Path, *command: str, workers: int, store: str) -> Spent:
    """`python -m stages.<name> ...` in a folder, with a clip store of its own inside.

    What it says goes into <store>-<name>.log there. Raises as `watched` does.
    """
    name, *arguments = command
    env = {key: value for key, value in os.environ.items() if key not in ELSEWHERE}
    env |= {"PYTHONPATH": str(ROOT), "WORKERS": str(workers), "CLIP_STORE": str(folder / store)}
    called = [sys.executable, "-m", f"stages.{name}", *arguments]
    return watched(called, folder, env, folder / f"{store}-{name}.log")


def watched(command: list[str], folder: Path, env: Mapping[str, str], log: Path) -> Spent:
    """Run a command to its end; whatever happens, it and its children are gone afterwards.

    Raises RuntimeError, with the end of what it says, where it fails.
    """
    started = time.perf_counter()
    peaks: dict[int, float] = {}
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=said, stderr=said)
    try:
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                process.returncode = os.waitstatus_to_exitcode(status)
                break
            peaks |= {pid: peak for pid in _family(process.pid) if (peak := _peak(pid))}
            time.sleep(LOOK_S)
    finally:
        if process.returncode is None:  # stopped from outside
            process.terminate()
            process.wait()
            _await_end(peaks)
    seconds = time.perf_counter() - started
    if process.returncode:
        end = log.read_text(encoding="utf-8", errors="replace")[-3000:]
        raise RuntimeError(f"{' '.join(command[1:])} ended with {process.returncode}:\n{end}")
    # the kernel's figure is exact and of the largest among the process and children it waited for
    largest = max(usage.ru_maxrss / 2**20, *peaks.values(), 0.0)
    return Spent(seconds, largest, max(largest, sum(peaks.values())))


def _family(root: int) -> Iterator[int]:
    """A process and all that it has started, and these in turn."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            after_name = stat.read_text(errors="replace").rpartition(")")[2].split()
            parents.setdefault(int(after_name[1]), []).append(int(stat.parent.name))
    left = [root]
    while left:
        yield (pid := left.pop())
        left += parents.get(pid, [])


def _peak(pid: int) -> float:
    """The peak resident memory of a process, GiB; 0 once it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 2**20
    return 0.0


def _await_end(pids: Mapping[int, float]) -> None:
    """Children end by themselves when their stage is gone; a folder is removed after that."""
    until = time.monotonic() + ENDING_S
    while any(map(_peak, pids)) and time.monotonic() < until:
        time.sleep(LOOK_S)
