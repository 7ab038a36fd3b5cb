"""Synthesised speech: pitch, loudness and pace carry arousal, timbre carries valence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.demo.traces import Trace
from features.demo.words import SpokenWord, vowels

RATE = 16_000  # Hz
PULSE = 512  # samples of one glottal pulse after the vocal tract
FORMANTS = {  # Hz, of an adult's vowels (after Peterson and Barney 1952)
    "a": (730, 1190, 2440), "e": (530, 1840, 2480), "i": (350, 2100, 2800),
    "o": (540, 860, 2410), "u": (400, 1020, 2240), "y": (380, 1950, 2650),
}  # fmt: skip
WIDTHS = np.array([90.0, 120.0, 180.0])  # Hz, of the formants
LEVEL_DB, LOUDER_DB = -20.0, 12.0  # of a syllable's middle, re full scale; from arousal 0 to 1
HIGHER = 0.5  # octaves of pitch from arousal 0 to 1
TILT_DB, BRIGHTER_DB = -9.0, 5.0  # per octave above 300 Hz; from valence 0 to 1
SMILE = 0.08  # a smile shortens the vocal tract: all formants rise by this part


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice. pitch: Hz, at rest; tract: formants relative to FORMANTS; gain: dB."""

    pitch: float
    tract: float
    gain: float


def sample_speaker(rng: np.random.Generator) -> Speaker:
    """The voice of a subject, from the subject's own random stream."""
    height = rng.uniform()  # tall: a low voice and low formants
    pitch = 105.0 * 2.0 ** (1.05 * height + rng.normal(0, 0.08))
    return Speaker(pitch, 0.92 + 0.2 * height + rng.normal(0, 0.015), rng.normal(0, 0.8))


def speak(
    rng: np.random.Generator,
    speaker: Speaker,
    words: Sequence[SpokenWord],
    valence: Trace,
    arousal: Trace,
    seconds: float,
) -> np.ndarray:
    """The speech of some words: samples (N,) in [-1, 1] at RATE, silent between them."""
    samples = np.zeros(round(seconds * RATE) + 2 * PULSE)  # PULSE of room on either side
    for word in words:
        _say(samples, rng, speaker, word, valence, arousal)
    return samples[PULSE:-PULSE]


def _say(
    samples: np.ndarray,
    rng: np.random.Generator,
    who: Speaker,
    word: SpokenWord,
    valence: Trace,
    arousal: Trace,
) -> None:
    """Add one word to the samples: pulses at the pitch periods, shaped by the vowel's formants."""
    times = _pulse_times(rng, who, word, arousal)  # s (P,)
    v, a = valence(times), arousal(times)
    sounds = np.array([FORMANTS[letter] for letter in vowels(word.word)], float)  # (S, 3)
    place = (times - word.start) / (word.end - word.start) * len(sounds)  # in syllables
    which = np.minimum(place.astype(int), len(sounds) - 1)
    formants = sounds[which] * who.tract * (1 + SMILE * v[:, None])  # (P, 3)
    swell = np.sin(np.pi * np.clip(place - which, 0, 1)) ** 0.5
    peak = 10 ** ((LEVEL_DB + who.gain + LOUDER_DB * a) / 20) * swell
    pulses = _shape(formants, TILT_DB + BRIGHTER_DB * v, times * RATE % 1) * peak[:, None]
    first = (times * RATE).astype(int) + PULSE // 2
    np.add.at(samples, first[:, None] + np.arange(PULSE), pulses)


def _pulse_times(
    rng: np.random.Generator, who: Speaker, word: SpokenWord, arousal: Trace
) -> np.ndarray:
    """When the vocal folds close (P,), s: a pitch that falls a little through the word."""
    fine = np.arange(word.start, word.end, 1e-3)
    falling = 0.06 - 0.12 * (fine - word.start) / (word.end - word.start) + rng.normal(0, 0.03)
    pitch = who.pitch * 2.0 ** (HIGHER * arousal(fine) + falling)  # Hz
    cycles = np.cumsum(pitch) * 1e-3
    return np.interp(np.arange(1, int(cycles[-1]) + 1), cycles, fine)


def _shape(formants: np.ndarray, tilt: np.ndarray, delay: np.ndarray) -> np.ndarray:
    """Formants (P, 3) in Hz, tilt (P,) in dB/octave, delay (P,) in samples -> pulses (P, PULSE).

    Each pulse peaks near 1 in its middle; its loudness does not depend on its timbre.
    """
    hertz = np.fft.rfftfreq(PULSE, 1 / RATE)  # (F,)
    away = (hertz - formants[..., None]) / WIDTHS[:, None]  # (P, 3, F)
    resonance = (np.array([1.0, 0.7, 0.45])[:, None] / (1 + away**2)).sum(axis=1) + 0.03
    octaves = np.log2(np.maximum(hertz, 300.0) / 300.0)
    spectrum = resonance * 10 ** (tilt[:, None] * octaves / 20) * (hertz > 60)
    spectrum /= np.sqrt((spectrum**2).mean(axis=1, keepdims=True)) * np.sqrt(PULSE) / 8
    turn = np.exp(-2j * np.pi * hertz / RATE * (PULSE / 2 + delay[:, None]))
    return np.fft.irfft(spectrum * turn, PULSE, axis=1) * 8
