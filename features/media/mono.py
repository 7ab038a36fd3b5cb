"""The sound of a clip as one channel, at another rate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby, islice, takewhile
from operator import itemgetter

import av
import numpy as np
from av.audio.resampler import AudioResampler

from features.media.levels import Levels
from features.media.mixing import is_equal, mixed, weights
from features.media.samples import rows

HELD = 2**23  # samples held until it is known that they are right; 32 MiB, 8.7 min at 16 kHz

Piece = tuple[float, av.AudioFrame]  # a time that all frames of unbroken, uniform sound share


def mono(pieces: Callable[[], Iterable[Piece]], rate: int) -> Iterator[tuple[float, np.ndarray]]:
    """Pieces of mono float32 (N,) at `rate` Hz with their times in s, mixed as of `mixing`.

    pieces  decodes the clip from its beginning each time

    What channels weigh is known when all of the clip was decoded. Until then two are taken to weigh
    the same, as most do. Where that was wrong, of more channels, and of what is too much to be
    held, the clip is decoded again. Mono goes through.
    """
    levels: dict[int, Levels] = {}
    held, room, passed = [], HELD, 0
    measured = _measured(pieces(), levels)
    for time, samples in _resampled(takewhile(_is_few, measured), rate, {}):
        if not levels:
            passed += 1
            yield time, samples
            continue
        room -= len(samples)
        if room < 0:
            held = []
            break
        held.append((time, samples))
    for _ in measured:
        pass  # the rest is but measured
    found = {count: weights(known) for count, known in levels.items()}
    unequal = {count: w for count, w in found.items() if count > 2 or not is_equal(w)}
    if room < 0 or unequal:
        held = islice(_resampled(pieces(), rate, unequal), passed, None)
    yield from held


def _is_few(piece: Piece) -> bool:
    return piece[1].layout.nb_channels <= 2


def _measured(pieces: Iterable[Piece], levels: dict[int, Levels]) -> Iterator[Piece]:
    """The same pieces; the levels of the channels of those that have several, by their number."""
    for begin, frame in pieces:
        count = frame.layout.nb_channels
        if count > 1:
            if count not in levels:
                levels[count] = Levels(count)
            levels[count].add(frame)
        yield begin, frame


def _resampled(
    pieces: Iterable[Piece], rate: int, weights: dict[int, np.ndarray]
) -> Iterator[tuple[float, np.ndarray]]:
    for begin, piece in groupby(pieces, key=itemgetter(0)):
        # two channels stay apart until the end: FFmpeg makes equal ones 3 dB louder than each
        resampler, count = AudioResampler(format="fltp", rate=rate), 0
        for _, frame in chain(piece, [(begin, None)]):  # None: give what you still hold
            if frame is not None:
                if weights and frame.layout.nb_channels in weights:
                    frame = mixed(frame, weights[frame.layout.nb_channels])
                frame.pts = None  # the resampler counts samples; times are kept here
            for part in resampler.resample(frame):
                if part.samples:
                    yield begin + count / rate, _mean(rows(part))
                    count += part.samples


def _mean(channels: list[np.ndarray]) -> np.ndarray:
    if len(channels) == 1:
        return channels[0].copy()
    return np.add(*channels) * np.float32(0.5)
