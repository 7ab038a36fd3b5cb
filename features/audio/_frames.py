"""Sound that something else turns into frames, averaged around each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from features.audio._segments import Segment, segments
from features.audio._windows import BLOCK_S, Source, centres, loudest, samples
from features.track import State, Track, track


class Ear(Protocol):
    """Sound (N,) at `rate` Hz -> frames (F, D), F at least 1.

    Frame i hears `frame` samples from `every` i on.
    """

    rate: int
    frame: int
    every: int
    dim: int

    def __call__(self, sound: np.ndarray, /) -> np.ndarray: ...


@dataclass(frozen=True)
class Lengths:
    """The lengths of an extractor's windows. Raises ValueError for those that cannot be."""

    name: str  # the extractor's
    window_ms: float
    hop_ms: float
    chunk_s: float
    context_s: float

    def samples(self, rate: int) -> tuple[int, int, int, int]:
        """Window, hop, chunk (whole hops) and context, in samples."""
        if not (self.chunk_s * 1000 >= self.hop_ms and self.context_s * 2000 >= self.window_ms):
            raise ValueError(
                f"{self.name}: chunk_s ({self.chunk_s}) is less than one hop ({self.hop_ms} ms), "
                f"or context_s ({self.context_s}) than half a window ({self.window_ms} ms)"
            )
        window, hop = samples(self.name, rate, window_ms=self.window_ms, hop_ms=self.hop_ms)
        chunk = max(1, round(self.chunk_s * rate / hop)) * hop
        return window, hop, chunk, round(self.context_s * rate)


class FrameMeans:
    """Sound -> Track (T, D): one row every hop, the mean of the frames around it.

    Each chunk of sound is listened to once, however many windows share it, with what lies around
    it. A row whose loudest 10 ms are below the floor is State.SILENCE.
    """

    def __init__(self, ear: Ear, lengths: Lengths, floor_db: float):
        self._ear, self._floor = ear, floor_db
        self.dim, self.rate = ear.dim, ear.rate
        self._window, self._hop, self._chunk, self._context = lengths.samples(ear.rate)

    def __call__(self, source: Source, /) -> Track:
        values, times, state = [np.zeros((0, self.dim))], [np.zeros(0)], [np.zeros(0)]
        for segment in segments(source(self.rate), self.rate, self._chunk, self._context):
            middles = centres(segment, self._hop)
            quiet = self._quiet(segment, middles)
            rows = np.full((len(middles), self.dim), np.nan)
            if not quiet.all():
                rows[~quiet] = self._rows(segment, middles[~quiet])
            values.append(rows)
            times.append(segment.begin + (segment.at + middles) / self.rate)
            state.append(np.where(quiet, State.SILENCE, State.OK))
        return track(np.concatenate(values), np.concatenate(times), np.concatenate(state))

    def _span(self, segment: Segment, middles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where the windows around middles (R,) begin and end in a segment's samples."""
        begins = segment.lead + middles - self._window / 2
        return begins, begins + self._window

    def _quiet(self, segment: Segment, middles: np.ndarray) -> np.ndarray:
        block, begins_ends = max(1, round(BLOCK_S * self.rate)), self._span(segment, middles)
        spans = (np.clip(np.round(x).astype(int), 0, None) for x in begins_ends)
        levels = [loudest(segment.samples[a:b], block) for a, b in zip(*spans, strict=True)]
        return np.array(levels) < self._floor

    def _rows(self, segment: Segment, middles: np.ndarray) -> np.ndarray:
        """The mean of the frames whose middle is in each window, or the nearest frame (R, D)."""
        frames = self._ear(segment.samples)
        at = np.arange(len(frames)) * self._ear.every + self._ear.frame / 2  # samples
        begins, ends = self._span(segment, middles)
        nearest = np.abs(at[:, None] - (begins + ends) / 2).argmin(0)
        a = np.minimum(np.searchsorted(at, begins), nearest)
        b = np.maximum(np.searchsorted(at, ends), nearest + 1)
        return np.stack([frames[i:j].mean(0) for i, j in zip(a, b, strict=True)])
