"""What the environment says of where work runs; it never changes a byte, so it is no parameter."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

CLUSTER = "DASK_SCHEDULER_ADDRESS"  # Dask's own name for it
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")
VISIBLE = "CUDA_VISIBLE_DEVICES"  # CUDA's own name for the cards that a process sees
ON_A_CARD = {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"}  # without it its sums differ from run to run
A_CARD = 2  # processes that share a card: one computes while the other reads


def workers() -> int:
    """How many processes share the work."""
    asked = os.environ.get("WORKERS", "")
    if asked and not asked.isdecimal():
        raise ValueError(f"WORKERS must be a number of processes, got {asked!r}")
    return max(1, int(asked)) if asked else cores()


def alone() -> bool:
    """Whether a stage is to work in its own process, for a debugger: a crash there ends it."""
    return workers() == 1 and os.environ.get("WORKERS") == "0"


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


def processes(threads: int = 1, cards: int = 0) -> int:
    """How many processes share work of so many threads an item, or on so many cards."""
    if cards:
        return workers() if os.environ.get("WORKERS") else A_CARD * cards
    return max(1, workers() // threads)


def of_card(number: int) -> dict[str, str]:
    """The environment of a process that sees this card alone, of those that the stage sees.

    Raises ValueError if it sees fewer.
    """
    listed = os.environ.get(VISIBLE)
    if listed is None:
        return {VISIBLE: str(number), **ON_A_CARD}
    names = [name.strip() for name in listed.split(",") if name.strip()]
    if number >= len(names):
        raise ValueError(
            f"{VISIBLE}={listed!r} names {len(names)} cards, but {number + 1} are to be used; "
            f"name more, or unset it"
        )
    return {VISIBLE: names[number], **ON_A_CARD}


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """A block in which the environment has these values; what starts inside inherits them."""
    before = {name: os.environ.get(name) for name in values}
    os.environ |= values
    try:
        yield
    finally:
        os.environ |= {name: value for name, value in before.items() if value is not None}
        for name in (name for name, value in before.items() if value is None):
            del os.environ[name]


@contextmanager
def threads_each(count: int = 1) -> Iterator[None]:
    """Cores are taken by processes; threads on top only get in each other's way, and their number
    decides the last bits. Processes that start inside inherit it before they load a library."""
    torch = sys.modules.get("torch")  # already loaded here: it no longer looks at the environment
    if torch is not None:
        torch.set_num_threads(count)
    with environment(dict.fromkeys(THREADS, str(count))):
        yield
