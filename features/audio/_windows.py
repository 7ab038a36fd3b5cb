"""Sound in overlapping windows of one length, each around the moment of its row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from features.audio._segments import Segment, segments
from features.media.sounds import Sound
from features.network import batches
from features.track import State, Track, track

BLOCK_S = 0.01  # over which loudness is measured
SMALLEST = 1e-10  # power; what is quieter counts as this, -100 dB
SEGMENT_S = 20  # sound held at a time
Source = Callable[[int], Iterable[Sound]]


def samples(name: str, rate: int, **lengths_ms: float) -> list[int]:
    """Options in ms -> samples. Raises ValueError for what is less than one."""
    for option, length in lengths_ms.items():
        if isinstance(length, bool) or not isinstance(length, int | float) or length * rate < 1000:
            raise ValueError(f"{name}: {option} must be at least one sample long, got {length} ms")
    return [round(length * rate / 1000) for length in lengths_ms.values()]


def loudest(sound: np.ndarray, block: int) -> np.ndarray:
    """Sound (..., N) -> dB of its loudest block (...,); a full-scale sine is 0 dB."""
    count = max(1, sound.shape[-1] // block)
    power = np.square(sound[..., : count * block], dtype=np.float64)
    power = power.reshape(*sound.shape[:-1], count, -1).mean(axis=-1)
    return 10 * np.log10(np.maximum(2 * power.max(axis=-1, initial=0), SMALLEST))


def centres(segment: Segment, hop: float) -> np.ndarray:
    """The middle of each row of a segment (R,), in samples of its own, as LogMel places them."""
    count = int(segment.length / hop + 0.5)
    if segment.at == 0 and not count:
        return np.array([segment.length / 2])
    return (np.arange(count) + 0.5) * hop


@dataclass(frozen=True, slots=True)
class Windows:
    """How sound becomes rows: one every `hop` samples, of the `size` samples around it.

    Beyond the ends of an unbroken stretch of sound a window is filled: with its first and last
    sample if `edge`, otherwise with zeros. A row whose loudest 10 ms are below `floor` dB of full
    scale is State.SILENCE. A stretch shorter than half a hop has one row, in its middle.
    """

    rate: int
    size: int
    hop: int
    floor: float
    batch: int
    edge: bool

    def __call__(
        self, source: Source, dim: int, embed: Callable[[np.ndarray], np.ndarray]
    ) -> Track:
        """Sound -> Track (T, D); embed: N <= batch windows float32 (N, size) -> (N, D)."""
        values, times, state = [np.zeros((0, dim))], [np.zeros(0)], [np.zeros(0)]
        length = max(1, round(SEGMENT_S * self.rate / self.hop)) * self.hop
        for segment in segments(source(self.rate), self.rate, length, self.size):
            middles = centres(segment, self.hop)
            for part in batches(middles, self.batch):
                found, quiet = self._cut(segment, np.array(part))
                rows = np.full((len(part), dim), np.nan)
                if not quiet.all():
                    rows[~quiet] = embed(found[~quiet])
                values.append(rows)
                state.append(np.where(quiet, State.SILENCE, State.OK))
            times.append(segment.begin + (segment.at + middles) / self.rate)
        return track(np.concatenate(values), np.concatenate(times), np.concatenate(state))

    def _cut(self, segment: Segment, middles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Windows (R, size) around middles (R,), and which are silent (R,)."""
        starts = segment.lead + np.round(middles).astype(int) - self.size // 2
        at = starts[:, None] + np.arange(self.size)  # (R, size)
        last = len(segment.samples) - 1
        found = segment.samples[np.clip(at, 0, last)]
        real = np.where((at >= 0) & (at <= last), found, 0)
        quiet = loudest(real, max(1, round(BLOCK_S * self.rate))) < self.floor
        return found if self.edge else real, quiet
