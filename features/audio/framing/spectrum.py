"""Short-time power spectra in mel bands."""

from __future__ import annotations

import librosa
import numpy as np

POWER_FLOOR = 1e-10  # what is quieter counts as this, -100 dB


class Spectrum:
    """A log-mel spectrogram, with the level of each frame.

    Samples (N,) at `rate` Hz -> dB of full scale, of mel bands (F, mels) and in all (F,). A
    full-scale sine is 0 dB in all. Frames of `frame` samples under a Hann window, one every
    `frame_shift` samples; frame i is centred on sample (i + 1/2) frame_shift, and F is
    ceil(N / frame_shift). Mel scale and bands: Slaney's, librosa's default, each the mean over its
    band.
    """

    def __init__(self, rate: int, mels: int, frame: int, frame_shift: int):
        self.frame_shift, self.size = frame_shift, 1 << (frame - 1).bit_length()
        self._frame = frame
        bands = librosa.filters.mel(sr=rate, n_fft=self.size, n_mels=mels, dtype=np.float64)
        self._bands = bands / bands.sum(axis=1, keepdims=True).clip(1e-12)
        window = librosa.filters.get_window("hann", frame)
        self._sine = window.sum() / 2  # the peak of a full-scale sine
        self._width = self.size * (window**2).sum() / window.sum() ** 2  # bins it spreads over

    def __call__(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        count = -(-len(samples) // self.frame_shift)
        before = self.size // 2 - self.frame_shift // 2
        after = max(0, (count - 1) * self.frame_shift + self.size - before - len(samples))
        spectrum = librosa.stft(
            np.pad(samples.astype(np.float64), (max(0, before), after))[max(0, -before) :],
            n_fft=self.size,
            hop_length=self.frame_shift,
            win_length=self._frame,
            center=False,
        )[:, :count]
        power = (np.abs(spectrum) / self._sine) ** 2  # (size / 2 + 1, F)
        return decibels((self._bands @ power).T), decibels(power.sum(axis=0) / self._width)


def decibels(power: np.ndarray) -> np.ndarray:
    """The level of some power, of which 1 is full scale, in dB."""
    return 10 * np.log10(np.maximum(power, POWER_FLOOR))
