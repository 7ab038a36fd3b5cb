"""Frame-level features of sound, averaged over a window around each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from features.audio.framing.segments import Segment, segments
from features.audio.framing.windows import BLOCK_S, centres, in_samples, loudest
from features.media.sounds import SoundSource
from features.rows import Rows
from features.track import State, Track


class FrameEncoder(Protocol):
    """A model that makes a feature vector of each short frame of sound.

    Samples (N,) at `rate` Hz -> frames (F, D), F at least 1. Frame i is of `frame` samples, the
    first of which is number i `frame_shift`.
    """

    rate: int
    frame: int
    frame_shift: int
    dim: int

    def __call__(self, samples: np.ndarray, /) -> np.ndarray: ...


@dataclass(frozen=True)
class Lengths:
    """The lengths of an extractor's windows, hops and chunks, as its options have them."""

    name: str  # the extractor's
    window_ms: float
    hop_ms: float
    chunk_s: float
    context_s: float

    def samples(self, rate: int) -> tuple[int, int, int, int]:
        """Window, hop, chunk (whole hops) and context, in samples at `rate` Hz.

        Raises ValueError, naming the option, for lengths that cannot be.
        """
        if not (self.chunk_s * 1000 >= self.hop_ms and self.context_s * 2000 >= self.window_ms):
            raise ValueError(
                f"{self.name}: chunk_s ({self.chunk_s}) is less than one hop ({self.hop_ms} ms), "
                f"or context_s ({self.context_s}) than half a window ({self.window_ms} ms)"
            )
        window, hop = in_samples(self.name, rate, window_ms=self.window_ms, hop_ms=self.hop_ms)
        chunk = max(1, round(self.chunk_s * rate / hop)) * hop
        return window, hop, chunk, round(self.context_s * rate)


class FrameMeans:
    """Frame-level features averaged over a window around each row.

    Sound -> Track (T, D), one row every hop. Each chunk of sound is encoded once, however many
    windows share it, with the context on both sides of it. A row whose loudest 10 ms are below
    the floor is State.SILENCE.
    """

    def __init__(self, encoder: FrameEncoder, lengths: Lengths, floor_db: float):
        self._encoder, self._floor = encoder, floor_db
        self.dim, self.rate = encoder.dim, encoder.rate
        self._window, self._hop, self._chunk, self._context = lengths.samples(encoder.rate)

    def __call__(self, sound: SoundSource, /) -> Track:
        found = Rows(self.dim)
        for segment in segments(sound(self.rate), self.rate, self._chunk, self._context):
            middles = centres(segment, self._hop)
            quiet = self._quiet(segment, middles)
            rows = np.full((len(middles), self.dim), np.nan)
            if not quiet.all():
                rows[~quiet] = self._rows(segment, middles[~quiet])
            times = segment.begin + (segment.at + middles) / self.rate
            found.add(rows, times, np.where(quiet, State.SILENCE, State.OK))
        return found.track()

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
        frames = self._encoder(segment.samples)
        shift, frame = self._encoder.frame_shift, self._encoder.frame
        at = np.arange(len(frames)) * shift + frame / 2  # samples
        begins, ends = self._span(segment, middles)
        nearest = np.abs(at[:, None] - (begins + ends) / 2).argmin(0)
        a = np.minimum(np.searchsorted(at, begins), nearest)
        b = np.maximum(np.searchsorted(at, ends), nearest + 1)
        return np.stack([frames[i:j].mean(0) for i, j in zip(a, b, strict=True)])
