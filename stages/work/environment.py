"""What the environment says of where work runs; it never changes a byte, so it is no parameter."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

CLUSTER = "DASK_SCHEDULER_ADDRESS"  # Dask's own name for it
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")


def workers() -> int:
    """How many processes share the work."""
    asked = os.environ.get("WORKERS", "")
    if asked and not (asked.isdigit() and int(asked) > 0):
        raise ValueError(f"WORKERS must be a number of processes, got {asked!r}")
    return int(asked) if asked else len(os.sched_getaffinity(0))


@contextmanager
def one_thread_each() -> Iterator[None]:
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
