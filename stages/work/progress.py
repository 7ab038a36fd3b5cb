"""How far a stage is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TypeVar

from tqdm import tqdm

R = TypeVar("R")


def progress(results: Iterator[R], total: int, label: str, unit: str = "clip") -> Iterator[R]:
    """Pass results on, showing how far it is."""
    with meter(total, label, unit) as bar:
        for result in results:
            bar.update()
            yield result


def meter(total: int, label: str, unit: str = "clip") -> tqdm:
    """Progress with rate and time left, after 3 s: on a terminal a bar, elsewhere every 10 s."""
    calm = not sys.stderr.isatty()
    return tqdm(
        total=total, desc=label, unit=unit, mininterval=10 if calm else 0.5, delay=3, ascii=calm
    )
