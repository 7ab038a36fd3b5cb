"""The sound of a media file, in pieces that know their time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream

from features.media.choosing import PLAYERS, Choice, stream_of
from features.media.clock import Clock
from features.media.container import opened
from features.media.mono import mono
from features.media.placing import GAP, decoded, placed_frames, within
from features.media.seeking import packets
from features.media.timeline import measured, zero_of

__all__ = ["GAP", "Sound", "SoundSource", "silent", "sound"]

LEAD_S = 0.5  # decoded and dropped before a stretch, after which a decoder has no other past


@dataclass(frozen=True, eq=False, slots=True)
class Sound:
    """A piece of sound: time of the first sample in s, mono float32 (N,), full scale is 1."""

    time: float
    samples: np.ndarray


SoundSource = Callable[[int], Iterable[Sound]]  # a rate in Hz -> the sound of a clip at that rate


def silent(_: int, /) -> Iterator[Sound]:
    """The SoundSource of a clip without sound."""
    return iter(())


def sound(
    path: Path,
    rate: int,
    start: float = 0.0,
    end: float | None = None,
    *,
    choice: Choice = PLAYERS,
    clock: Clock | None = None,
) -> Iterator[Sound]:
    """The sound of a media file, in consecutive pieces: mono as of `mixing`, at `rate` Hz.

    A piece that does not continue the one before (late start, lost packets, samples that are no
    numbers) tells so by its time, which is then more than GAP later; none is earlier. Nothing if
    there is no audio.
    Of a stretch, the samples from `start` on and before `end` (s in the media; None: to its end),
    cut out before they are resampled, their times counted from `start`.
    Of several sounds, the one of `choice`. Times are those of `clock`; None: it is found out first.
    Raises MediaError.
    """
    clock = measured(path, choice).clock if clock is None else clock
    stop = np.inf if end is None else end
    for time, samples in mono(partial(_pieces, path, start, stop, choice, clock), rate):
        yield Sound(time, samples)


def _pieces(
    path: Path, start: float, stop: float, choice: Choice, clock: Clock
) -> Iterator[tuple[float, av.AudioFrame]]:
    """The frames of [start, stop) s, each with the time from `start` on of its unbroken sound."""
    with opened(path) as container:
        stream = stream_of(container, "audio", choice)
        if not isinstance(stream, AudioStream):
            return
        pieces = decoded(packets(container, stream, max(0.0, start - LEAD_S), stop, clock))
        yield from within(placed_frames(pieces, zero_of(container, clock)), start, stop)
