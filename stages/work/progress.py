"""How far a stage is, and what an item in hand tells of itself."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar

from tqdm import tqdm

R = TypeVar("R")
GAP_S = 0.5  # between two tellings of a process


class Telling:
    """Who in this process listens to what items tell of themselves, and from when on again."""

    to: Callable[[float, str], None] | None = None
    after = 0.0
    lock = Lock()  # an item may tell from threads of its own


def tell(share: float, text: str) -> None:
    """How far the item in hand is, 0 to 1, and in words; nothing if told too often to be read, or
    where nobody listens."""
    now = time.monotonic()
    if Telling.to is None or now < Telling.after:
        return
    with Telling.lock:
        Telling.after = now + GAP_S
        Telling.to(min(max(share, 0.0), 1.0), text)


@contextmanager
def listening(to: Callable[[float, str], None]) -> Iterator[None]:
    """A block in which items of this process are listened to."""
    before, Telling.to, Telling.after = Telling.to, to, 0.0
    try:
        yield
    finally:
        Telling.to = before


def progress(results: Iterator[R], total: int, label: str, unit: str = "clip") -> Iterator[R]:
    """Pass results on, showing how far it is."""
    with meter(total, label, unit) as bar:
        for result in results:
            bar.update()
            yield result


def meter(total: int, label: str, unit: str = "clip", **more: Any) -> tqdm:
    """Progress with rate and time left, after 3 s: on a terminal a bar, elsewhere every 10 s."""
    calm = not sys.stderr.isatty()
    wait = 10 if calm else 0.5
    return tqdm(total=total, desc=label, unit=unit, mininterval=wait, delay=3, ascii=calm, **more)
