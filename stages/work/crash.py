"""Processes that die of a crash of their own, as native libraries do at what they cannot read."""

from __future__ import annotations

import signal
from collections.abc import Sequence

TRIES = 2  # of an item, the last one in a process that has done nothing else
CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT)


def crashed(code: int | None) -> bool:
    """Whether an exit code, negative for a signal, is that of a crash: nobody has killed it."""
    return code is not None and (code >= 0 or -code in CRASHES)


def reason(codes: Sequence[int | None]) -> str:
    """Why an item is given up: the exit codes of the processes that died of it, in words."""
    ends = [_end(code) for code in codes]
    same = len(ends) == TRIES and len(set(ends)) == 1
    return "the process that read it " + (f"{ends[0]}, twice" if same else ", then ".join(ends))


def _end(code: int | None) -> str:
    if code is None or code >= 0:
        return f"ended with exit code {code}"
    return f"died of {signal.Signals(-code).name}"


class CrashError(Exception):
    """A process of a cluster's worker has crashed with a batch in its hands."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
