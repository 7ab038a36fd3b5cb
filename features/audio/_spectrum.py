"""Short-time spectra in mel bands, and how loud each is."""

from __future__ import annotations

import librosa
import numpy as np

SMALLEST = 1e-10  # power; what is quieter counts as this, -100 dB


class Spectrum:
    """Samples (N,) at `rate` Hz -> dB of full scale, of mel bands (F, mels) and in all (F,).

    A full-scale sine is 0 dB in all. Frames of `frame` samples under a Hann window; frame i is
    centred on sample (i + 1/2) hop, F = ceil(N / hop). Mel scale and bands: Slaney's, librosa's
    default, each the mean over its band.
    """

    def __init__(self, rate: int, mels: int, frame: int, hop: int):
        self.hop, self.size = hop, 1 << (frame - 1).bit_length()
        self._frame = frame
        bands = librosa.filters.mel(sr=rate, n_fft=self.size, n_mels=mels, dtype=np.float64)
        self._bands = bands / bands.sum(axis=1, keepdims=True).clip(1e-12)
        window = librosa.filters.get_window("hann", frame)
        self._sine = window.sum() / 2  # the peak of a full-scale sine
        self._width = self.size * (window**2).sum() / window.sum() ** 2  # bins it spreads over

    def __call__(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        count = -(-len(samples) // self.hop)
        before = self.size // 2 - self.hop // 2
        after = max(0, (count - 1) * self.hop + self.size - before - len(samples))
        spectrum = librosa.stft(
            np.pad(samples.astype(np.float64), (max(0, before), after))[max(0, -before) :],
            n_fft=self.size,
            hop_length=self.hop,
            win_length=self._frame,
            center=False,
        )[:, :count]
        power = (np.abs(spectrum) / self._sine) ** 2  # (size / 2 + 1, F)
        return decibels((self._bands @ power).T), decibels(power.sum(axis=0) / self._width)


def decibels(power: np.ndarray) -> np.ndarray:
    """Power, of which 1 is full scale -> dB."""
    return 10 * np.log10(np.maximum(power, SMALLEST))
