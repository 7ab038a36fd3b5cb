"""Sound in overlapping windows of one length, each around the time of its row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from features.audio.framing.segments import Segment, segments
from features.media.sounds import SoundSource
from features.network import batches
from features.rows import Rows
from features.track import State, Track

BLOCK_S = 0.01  # over which loudness is measured
POWER_FLOOR = 1e-10  # what is quieter counts as this, -100 dB
SEGMENT_S = 20  # sound held at a time


def in_samples(name: str, rate: int, **lengths_ms: float) -> list[int]:
    """The lengths of options in ms, in samples. Raises ValueError for what is less than one."""
    for option, length in lengths_ms.items():
        if isinstance(length, bool) or not isinstance(length, int | float) or length * rate < 1000:
            raise ValueError(f"{name}: {option} must be at least one sample long, got {length} ms")
    return [round(length * rate / 1000) for length in lengths_ms.values()]


def loudest(sound: np.ndarray, block: int) -> np.ndarray:
    """The level of the loudest block of samples: (..., N) -> dB (...,), 0 for a full-scale sine.

    block  its length, samples
    """
    count = max(1, sound.shape[-1] // block)
    power = np.square(sound[..., : count * block], dtype=np.float64)
    power = power.reshape(*sound.shape[:-1], count, -1).mean(axis=-1)
    return 10 * np.log10(np.maximum(2 * power.max(axis=-1, initial=0), POWER_FLOOR))


def centres(segment: Segment, hop: float) -> np.ndarray:
    """The middle of each row of a segment (R,), in samples of its own, as LogMel places them."""
    count = int(segment.length / hop + 0.5)
    if segment.at == 0 and not count:
        return np.array([segment.length / 2])
    return (np.arange(count) + 0.5) * hop


@dataclass(frozen=True, slots=True)
class Windows:
    """Sliding windows over sound: one every `hop` samples, of the `size` samples around its row.

    Beyond the ends of unbroken sound a window is filled: with its first and last sample if `edge`,
    otherwise with zeros. A row whose loudest 10 ms are below `floor` dB of full scale is
    State.SILENCE. Unbroken sound shorter than half a hop has one row, in its middle.
    """

    rate: int
    size: int
    hop: int
    floor: float
    batch: int
    edge: bool

    def __call__(
        self, sound: SoundSource, dim: int, embed: Callable[[np.ndarray], np.ndarray]
    ) -> Track:
        """The embeddings of all windows, as a Track (T, D).

        embed  N <= batch windows float32 (N, size) -> (N, D)
        """
        all_rows = Rows(dim)
        length = max(1, round(SEGMENT_S * self.rate / self.hop)) * self.hop
        for segment in segments(sound(self.rate), self.rate, length, self.size):
            middles = centres(segment, self.hop)
            for part in batches(middles, self.batch):
                found, quiet = self._cut(segment, np.array(part))
                rows = np.full((len(part), dim), np.nan)
                if not quiet.all():
                    rows[~quiet] = embed(found[~quiet])
                times = segment.begin + (segment.at + np.array(part)) / self.rate
                all_rows.add(rows, times, np.where(quiet, State.SILENCE, State.OK))
        return all_rows.track()

    def _cut(self, segment: Segment, middles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Windows (R, size) around middles (R,), and which are silent (R,)."""
        starts = segment.lead + np.round(middles).astype(int) - self.size // 2
        at = starts[:, None] + np.arange(self.size)  # (R, size)
        last = len(segment.samples) - 1
        found = segment.samples[np.clip(at, 0, last)]
        real = np.where((at >= 0) & (at <= last), found, 0)
        quiet = loudest(real, max(1, round(BLOCK_S * self.rate))) < self.floor
        return found if self.edge else real, quiet
