"""Work and its results as bytes, so that who passes them on need not know what is in them."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.reduction import ForkingPickler
from typing import Any

from stages.work.process import Process

unpack: Callable[[bytes], Any] = ForkingPickler.loads  # pyright: ignore[reportAttributeAccessIssue]


class Elsewhere(Exception):
    """The traceback of an error, as it was where it arose."""


def pack(what: Any) -> bytes:
    """As a pool of processes packs what it passes on: functions by name."""
    return bytes(ForkingPickler.dumps(what))


def do(packed: bytes) -> bytes:
    """(work, items) -> (seconds, results, the error of the item after them, its traceback)."""
    loaded: tuple[Callable[[Any], Any], Sequence[Any]] = unpack(packed)
    work, items = loaded
    started, results, failure, told = time.monotonic(), [], None, ""
    try:
        for item in items:
            results.append(Process.do(work, item))
    except Exception as error:
        failure, told = portable(error), traceback.format_exc()
    return pack((time.monotonic() - started, results, failure, told))


def portable(error: BaseException) -> BaseException:
    """The error, or what says the same if it cannot be packed, as many cannot that take more than
    a text."""
    try:
        unpack(pack(error))
    except Exception:
        same = RuntimeError(f"{type(error).__name__}: {error}")
        for note in getattr(error, "__notes__", ()):
            same.add_note(note)
        return same
    return error
