"""Active speaker detection: whose mouth moves when there is sound."""

from __future__ import annotations

import cv2
import numpy as np

from features.media.sounds import SoundSource

RATE_HZ = 16_000
BLOCK = 160  # samples over which loudness is measured
SMOOTH_S = 0.12  # over which it is averaged; a syllable takes two or three times as long
SMOOTH = 9  # frames over which both are averaged before they are compared
FEWEST = 25  # frames of a face, below which it has no correlation
MOUTH = slice(74, 108), slice(32, 80)  # of an aligned crop of 112 px: rows, columns
GRID = 24, 17  # pixels that a mouth is compared at


class MouthMotion:
    """How much the mouth of each track changes from frame to frame."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[int, np.ndarray]] = {}

    def __call__(self, track: int, frame: int, crop: np.ndarray) -> float:
        """The change since the frame before, the mean in grey levels; NaN: that frame lacks it."""
        before, last = self._last.get(track, (-1, None))
        self._last[track] = frame, mouth(crop)
        if last is None or before != frame - 1:
            return float("nan")
        return float(np.abs(self._last[track][1] - last).mean())


def mouth(crop: np.ndarray) -> np.ndarray:
    """The mouth in an aligned crop uint8 RGB (S, S, 3): grey levels about 0, float32 (17, 24)."""
    rows, columns = (slice(s.start * len(crop) // 112, s.stop * len(crop) // 112) for s in MOUTH)
    grey = cv2.cvtColor(crop[rows, columns], cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, GRID, interpolation=cv2.INTER_AREA).astype(np.float32)
    return small - small.mean()


def mouth_correlation(times: np.ndarray, motion: np.ndarray, loudness: np.ndarray) -> float:
    """The correlation of a mouth's motion (N,) at `times` (N,) s with the sound's loudness.

    loudness  (2, M): times in s, and the sound's amplitude there

    0 where there is too little of either.
    """
    times, motion = times[np.isfinite(motion)], motion[np.isfinite(motion)]
    if len(times) < FEWEST or loudness.shape[1] < 2:
        return 0.0
    moved = _smooth(np.log1p(motion), SMOOTH)
    loud = _smooth(np.interp(times, *loudness), SMOOTH)
    if min(moved.std(), loud.std()) < 1e-6:
        return 0.0
    return float(np.corrcoef(moved, loud)[0, 1])


def loudness(sound: SoundSource) -> np.ndarray:
    """The amplitude of a clip's sound, (2, M): the middle of each 10 ms in s, and its RMS."""
    found = [np.zeros((2, 0))]
    for piece in sound(RATE_HZ):
        count = len(piece.samples) // BLOCK
        blocks = piece.samples[: count * BLOCK].reshape(count, BLOCK).astype(np.float64)
        times = piece.time + (np.arange(count) + 0.5) * BLOCK / RATE_HZ
        found.append(np.stack([times, np.sqrt((blocks**2).mean(axis=1))]))
    times, rms = np.concatenate(found, axis=1)
    return np.stack([times, _smooth(rms, round(SMOOTH_S * RATE_HZ / BLOCK))])


def _smooth(x: np.ndarray, width: int) -> np.ndarray:
    """The mean over `width` neighbours, those at the ends repeated."""
    if not len(x):
        return x
    padded = np.pad(x, (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, np.ones(width) / width, "valid")
