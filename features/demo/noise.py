"""Noise and babble that mask speech."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.demo.disturbances import Disturbance
from features.demo.traces import sample_trace
from features.demo.voice import RATE, sample_speaker, speak
from features.demo.words import SpokenWord

TALKERS = 6
ROOM_DB, LOUD_DB = -62.0, -13.0  # root mean square re full scale: an empty room, and a loud one
RAMP_S = 0.03  # so that a noise starts without a click


def sample_noise(
    rng: np.random.Generator, seconds: float, disturbances: Sequence[Disturbance]
) -> np.ndarray:
    """The noise of a clip, (N,) samples at RATE: the room throughout, loud where disturbed."""
    noise = rng.normal(0, 10 ** (ROOM_DB / 20), round(seconds * RATE))
    for one in disturbances:
        first, last = round(one.start * RATE), round(one.end * RATE)
        length = len(noise[first:last])
        if one.kind == "silence" or not length:
            continue
        loud = _babble(rng, length) if one.kind == "babble" else _pink(rng, length)
        edge = np.minimum(np.arange(length), np.arange(length)[::-1]) / (RAMP_S * RATE)
        level = 10 ** (LOUD_DB / 20) / np.sqrt((loud**2).mean())
        noise[first:last] += loud * level * np.clip(edge, 0, 1)
    return noise


def _pink(rng: np.random.Generator, length: int) -> np.ndarray:
    """Traffic: power falls by 3 dB an octave."""
    spectrum = np.fft.rfft(rng.normal(size=length))
    return np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 20.0), length)


def _babble(rng: np.random.Generator, length: int) -> np.ndarray:
    """Babble: many speakers at once, each in a mood of their own."""
    seconds = length / RATE
    crowd = np.zeros(length)
    for _ in range(TALKERS):
        mood = sample_trace(rng, 2.0, 0.9), sample_trace(rng, 2.0, 0.9)
        said = [
            SpokenWord("".join(rng.choice(list("aeiou"), 1)), start, min(start + 0.17, seconds))
            for start in np.arange(rng.uniform(0, 0.1), seconds - 0.05, 0.2).tolist()
        ]
        voice = speak(rng, sample_speaker(rng), said, *mood, seconds)
        crowd[: len(voice)] += voice[:length]
    return crowd + 1e-6 * rng.normal(size=length)
