"""Mean and deviation of a log-mel spectrogram over a window around each row; needs no weights."""

from __future__ import annotations

import numpy as np

from features.audio.framing.segments import Segment, segments
from features.audio.framing.spectrum import Spectrum
from features.media.sounds import SoundSource
from features.rows import Rows
from features.track import State, Track

SEGMENT_S = 20  # sound held at a time


def build(
    *,
    rate_hz: int,
    n_mels: int,
    frame_ms: float,
    frame_shift_ms: float,
    window_ms: float,
    hop_ms: float,
    floor_db: float,
) -> LogMel:
    """Mean and standard deviation over time of each mel band, in dB. D = 2 n_mels.

    rate_hz       sound is mixed to mono and resampled to it
    frame_ms      one spectrum, Hann window; frame_shift_ms from one to the next
    window_ms     the frames around a row that it sums up; hop_ms from one row to the next
    floor_db      a row whose loudest frame is below it (dB of full scale) is State.SILENCE
    """
    frame, frame_shift = rate_hz * frame_ms / 1000, rate_hz * frame_shift_ms / 1000  # samples
    hop = hop_ms / frame_shift_ms if frame_shift_ms > 0 else 0  # frames
    if not (_is_positive_integer(frame_shift) and _is_positive_integer(hop)):
        raise ValueError(
            f"logmel: frame_shift_ms ({frame_shift_ms}) must be whole samples at {rate_hz} Hz "
            f"(got {frame_shift:g}), and hop_ms ({hop_ms}) a whole number of them (got {hop:g})"
        )
    if frame < 2 or n_mels < 1 or window_ms <= 0:
        raise ValueError("logmel: n_mels, frame_ms and window_ms must be above 0")
    reach = max(1, round(window_ms / frame_shift_ms / 2))
    spectrum = Spectrum(rate_hz, n_mels, round(frame), round(frame_shift))
    return LogMel(rate_hz, 2 * n_mels, spectrum, round(hop), reach, floor_db)


def _is_positive_integer(count: float) -> bool:
    return round(count) >= 1 and abs(count - round(count)) < 1e-6


class LogMel:
    """The mean and standard deviation of each mel band over a window around each row.

    Sound -> Track (T, 2 n_mels), one row every hop, at its window's centre. Where sound begins and
    ends windows are shorter, not padded. A row stands for one hop of sound, the last of unbroken
    sound for half a hop at least; what is shorter still has one row, in its middle.
    """

    libraries = ("scipy",)  # the transform under librosa

    def __init__(self, rate: int, dim: int, spectrum: Spectrum, hop: int, reach: int, floor: float):
        self.rate, self.dim, self._spectrum = rate, dim, spectrum
        self._hop, self._reach, self._floor = hop, reach, floor  # frames, frames, dB

    def __call__(self, sound: SoundSource, /) -> Track:
        frame_shift = self._spectrum.frame_shift  # samples
        hop = frame_shift * self._hop  # samples
        length = max(1, round(SEGMENT_S * self.rate / hop)) * hop
        margin = (self._reach + 1 + self._spectrum.size // frame_shift) * frame_shift
        found = Rows(self.dim)
        for segment in segments(sound(self.rate), self.rate, length, margin):
            count = int(segment.length / hop + 0.5)
            centres = (np.arange(count) + 0.5) * hop  # samples
            if segment.at == 0 and not count:
                centres = np.array([segment.length / 2])
            rows, loudest = self._rows(segment, centres)
            times = segment.begin + (segment.at + centres) / self.rate
            found.add(rows, times, np.where(loudest < self._floor, State.SILENCE, State.OK))
        return found.track()

    def _rows(self, segment: Segment, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """One segment and its rows' centres (R,) -> rows (R, D), each one's loudest frame (R,)."""
        bands, loudness = self._spectrum(segment.samples)  # (F, n_mels), (F,)
        middle = (segment.lead + centres) / self._spectrum.frame_shift  # frames
        first = np.clip(np.floor(middle - self._reach + 0.5).astype(int), 0, len(bands) - 1)
        last = np.clip(np.floor(middle + self._reach + 0.5).astype(int), first + 1, len(bands))
        rows, loudest = np.zeros((len(centres), self.dim)), np.zeros(len(centres))
        for i, (a, b) in enumerate(zip(first, last, strict=True)):
            rows[i] = *bands[a:b].mean(axis=0), *bands[a:b].std(axis=0)
            loudest[i] = loudness[a:b].max()
        return rows, loudest
