"""Sound in segments of bounded length, each with context, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from features.media.sounds import GAP, Sound


@dataclass(frozen=True, eq=False, slots=True)
class Segment:
    """A part of some unbroken sound, with context.

    begin    of the unbroken sound, s
    at       where in it the first own sample is, samples
    samples  float32: `lead` samples from before, `length` of its own, and some from after
    """

    begin: float
    at: int
    samples: np.ndarray
    lead: int
    length: int


def segments(pieces: Iterable[Sound], rate: int, length: int, margin: int) -> Iterator[Segment]:
    """Cut sound into segments of `length` samples with up to `margin` more on both sides.

    Sound that does not continue what came before begins a segment of its own.
    """
    held: _Unbroken | None = None
    for piece in pieces:
        if held is None or abs(piece.time - held.end(rate)) > GAP / 2:
            yield from held.cut(length, margin, ended=True) if held else ()
            held = _Unbroken(piece.time)
        held.add(piece.samples)
        yield from held.cut(length, margin)
    yield from held.cut(length, margin, ended=True) if held else ()


class _Unbroken:
    """Unbroken sound, of which only what is still needed is held."""

    def __init__(self, begin: float):
        self._begin = begin  # s
        self._held: list[np.ndarray] = []
        self._at = 0  # how many samples from the beginning the held ones begin
        self._count = 0  # samples so far
        self._own = 0  # where the next segment begins

    def end(self, rate: int) -> float:
        return self._begin + self._count / rate

    def add(self, samples: np.ndarray) -> None:
        self._held.append(samples)
        self._count += len(samples)

    def cut(self, length: int, margin: int, ended: bool = False) -> Iterator[Segment]:
        """The segments that are complete; once the sound has ended, all that are left."""
        while self._own < self._count if ended else self._own + length + margin <= self._count:
            samples = np.concatenate(self._held)
            own, first = self._own, max(0, self._own - margin)
            part = samples[first - self._at : own + length + margin - self._at]
            yield Segment(self._begin, own, part, own - first, min(length, self._count - own))
            self._own = own + length
            drop = max(0, self._own - margin - self._at)
            self._held, self._at = [samples[drop:].copy()], self._at + drop
