"""One stage brought up to date by DVC, and what came of it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

FRESH = "didn't change, skipping"  # what DVC says of a stage that need not run
# A second stage may hold DVC's lock while it looks at its files: wait for it, do not fail.
DVC = [sys.executable, "-m", "dvc", "--wait-for-lock", "repro", "--single-item"]


@dataclass(frozen=True)
class Outcome:
    """What became of one stage: ran, fresh or failed, in how many s, and its last lines if so."""

    stage: str
    what: str
    seconds: float
    said: str = ""


def reproduce(stage: str, say: Callable[[str], None]) -> Outcome:
    """`dvc repro --single-item`, every line of it passed on as it comes."""
    started, lines = time.monotonic(), []
    with subprocess.Popen(
        [*DVC, stage], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        for line in process.stdout or ():
            say(line.rstrip())
            lines = [*lines[-9:], line]
    seconds = time.monotonic() - started
    if process.returncode:
        return Outcome(stage, "failed", seconds, "".join(lines))
    fresh = any(FRESH in line for line in lines)
    return Outcome(stage, "fresh" if fresh else "ran", seconds)
