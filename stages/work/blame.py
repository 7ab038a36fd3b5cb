"""What is said of an item that needs more memory than there is, or takes its process with it."""

from __future__ import annotations

import signal
from typing import Any

NO_MEMORY = "most likely the machine had no memory left"
ON_CPU = "DefaultCPUAllocator"  # by which torch's RuntimeError tells that it got no memory
CARD_FULL = (
    "CUDA error: out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
)
ON_CARD = "OutOfMemoryError"  # of torch, which is not imported for its name


class WorkerLostError(OSError):
    """A process of a stage has died."""


def name_of(item: Any) -> str:
    """What people know an item by: what it is called, its clip, its id, or its text, cut."""
    named = (
        getattr(item, "called", None),
        getattr(getattr(item, "clip", None), "id", None),
        getattr(item, "id", None),
    )
    text = next((str(name) for name in named if name is not None), None)
    return str(item)[:80] if text is None else text


def fewer(used: int, now: int) -> str:
    """What to set so that fewer processes share the memory; nothing if there is but one.

    used  the WORKERS that would start those there are; now  what it is, set or not
    """
    return f"fewer processes need less: WORKERS={used // 2} (now {now})" if used > 1 else ""


def lower(item: Any, sparing: str = "") -> str:
    """What to lower, as the end of a sentence; `sparing` what `fewer` says."""
    own = _advice(item)
    if sparing:
        return f"; {sparing}, or {own}" if own else f"; {sparing}"
    return f"; try {own}" if own else ""


def _advice(item: Any) -> str:
    return str(getattr(item, "advice", "")).removeprefix("or ")


def lost(item: Any, code: int | None, sparing: str) -> WorkerLostError:
    """What is said of a process that ended, by itself or by a signal, with an item in its hands."""
    told = f"the process at work on {name_of(item)} {ended(code)}"
    if code == -signal.SIGKILL:
        told += f": {NO_MEMORY}{lower(item, sparing)}"
    return WorkerLostError(told)


def ended(code: int | None) -> str:
    """How a process ended, from its exit code, which is negative for a signal."""
    if code is None or code >= 0:
        return f"ended with exit code {code}"
    names = {number.value: number.name for number in signal.Signals}
    return f"was killed by {names.get(-code, f'signal {-code}')}"


def no_memory(error: BaseException) -> bool:
    """Whether the machine had no memory for what failed so."""
    return isinstance(error, MemoryError) or ON_CPU in str(error)


def card_full(error: BaseException) -> bool:
    """Whether a card had no memory for what failed so: for an array, a context or a library."""
    named = any(kind.__name__ == ON_CARD for kind in type(error).__mro__)
    return named or (isinstance(error, RuntimeError) and any(x in str(error) for x in CARD_FULL))


def out_of_memory(error: BaseException) -> bool:
    """Whether the machine or a card had no memory for what failed so."""
    return no_memory(error) or card_full(error)


def blame(error: BaseException, item: Any, sparing: str = "") -> None:
    """Where memory was short, let the error name the item and what to lower."""
    if no_memory(error):
        error.add_note(f"{name_of(item)} needs more memory than there is{lower(item, sparing)}")
    elif card_full(error):
        own = _advice(item)
        tried = f"try {own}" if own else "lower `batch`"
        alone = ", or set WORKERS=1 so that nothing else is on the card" if sparing else ""
        error.add_note(f"{name_of(item)} needs more memory than the card has: {tried}{alone}")
