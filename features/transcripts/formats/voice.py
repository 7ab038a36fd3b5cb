"""Voice activity detection: where in a clip's sound somebody speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from features.media.sounds import GAP, Sound

RATE = 16_000  # Hz
LONGEST_S = 30  # of a passage, the context of Whisper
HELD_S = 120  # of sound in a batch: bounds memory
KEPT_S = 1  # of it in the next batch again: speech may begin there, not detected yet
Find = Callable[[np.ndarray], list[dict[str, int]]]


@dataclass(frozen=True)
class Silero:
    """Silero's voice activity detection: samples (N,) at RATE -> where speech starts and ends.

    No passage is longer than LONGEST_S.

    threshold  probability of speech from which a moment counts as such
    pause_ms   without speech, after which a passage ends

    Its network is a file inside faster-whisper's package: nothing is downloaded.
    """

    threshold: float
    pause_ms: int

    def __call__(self, samples: np.ndarray) -> list[dict[str, int]]:
        from faster_whisper.vad import VadOptions, get_speech_timestamps

        options = VadOptions(
            threshold=self.threshold,
            min_silence_duration_ms=self.pause_ms,
            max_speech_duration_s=LONGEST_S,
        )
        return get_speech_timestamps(samples, options)


def passages(pieces: Iterable[Sound], find: Find) -> Iterator[Sound]:
    """The passages of sound at RATE in which there is speech."""
    begin, count = 0.0, 0
    held: list[np.ndarray] = []
    for piece in pieces:
        if count and abs(piece.time - (begin + count / RATE)) > GAP / 2:
            yield from _cut(begin, *_found(held, find))
            count, held = 0, []
        begin = begin if count else piece.time
        held.append(piece.samples)
        count += len(piece.samples)
        if count >= HELD_S * RATE:
            samples, spans = _found(held, find)
            done, rest = _done(spans, count)
            yield from _cut(begin, samples, done)
            begin, count, held = begin + rest / RATE, count - rest, [samples[rest:].copy()]
    yield from _cut(begin, *_found(held, find)) if count else []


def _found(held: list[np.ndarray], find: Find) -> tuple[np.ndarray, list[dict[str, int]]]:
    samples = np.concatenate(held)
    return samples, find(samples)


def _done(spans: list[dict[str, int]], count: int) -> tuple[list[dict[str, int]], int]:
    """Those of the passages in `count` samples that have ended, and where the next batch begins:
    KEPT_S before the first that has not, or before the end, but behind those that have."""
    kept = KEPT_S * RATE
    done = [span for span in spans if span["end"] <= count - kept]
    goes_on = min([span["start"] for span in spans if span["end"] > count - kept], default=count)
    return done, max([0, goes_on - kept, *(span["end"] for span in done)])


def _cut(begin: float, samples: np.ndarray, spans: list[dict[str, int]]) -> list[Sound]:
    return [Sound(begin + s["start"] / RATE, samples[s["start"] : s["end"]]) for s in spans]
