"""One stage brought up to date by DVC, and what came of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event

from stages.work.environment import CLUSTER

FRESH = "didn't change, skipping"  # what DVC says of a stage that need not run
# A second stage may hold DVC's lock while it looks at its files: wait for it, do not fail.
DVC = [sys.executable, "-m", "dvc", "--wait-for-lock", "repro", "--single-item"]
LOCAL = "local"
END_S = 30.0  # that a stage has to end in when it is told to
_running: set[subprocess.Popen[str]] = set()
_ending = Event()


@dataclass(frozen=True)
class Outcome:
    """What became of one stage: ran, fresh or failed, in how many s, and its last lines if so."""

    stage: str
    what: str
    seconds: float
    said: str = ""


def reproduce(stage: str, executor: str | None, say: Callable[[str], None]) -> Outcome:
    """`dvc repro --single-item`, every line of it passed on as it comes.

    executor  where its clips or trainings go: local, or a Dask scheduler's address; none: as the
              environment says
    """
    started, lines = time.monotonic(), []
    if _ending.is_set():
        return Outcome(stage, "failed", 0.0, "not begun: the flow was told to end")
    env = {**os.environ, CLUSTER: executor} if executor else os.environ.copy()
    if executor == LOCAL:
        del env[CLUSTER]
    with subprocess.Popen(
        [*DVC, stage], text=True, env=env, process_group=0,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        _running.add(process)
        for line in process.stdout or ():
            say(line.rstrip())
            lines = [*lines[-9:], line]
    _running.remove(process)
    seconds = time.monotonic() - started
    if process.returncode:
        return Outcome(stage, "failed", seconds, "".join(lines))
    fresh = any(FRESH in line for line in lines)
    return Outcome(stage, "fresh" if fresh else "ran", seconds)


def stop() -> None:
    """End every stage that runs as Ctrl-C does, with every process of it; then by force."""
    _ending.set()
    for how, wait_s in ((signal.SIGINT, END_S), (signal.SIGKILL, END_S)):
        for process in list(_running):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, how)
        until = time.monotonic() + wait_s
        while _running and time.monotonic() < until:
            time.sleep(0.05)
