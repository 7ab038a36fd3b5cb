"""The sound of a media file, in pieces that know their time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.error import FFmpegError

from features.media.container import opened, start_of, stream_of
from features.media.seeking import packets

LEAD_S = 0.5  # decoded and dropped before a stretch, after which a decoder has no other past
GAP = 0.04  # s; sound further than this from where the samples so far end starts a new stretch
NEAR = 1e-3  # of a sample; one this close before an edge lies on it
FLOATS = ("flt", "dbl")  # how the names of formats begin whose samples may be no numbers


@dataclass(frozen=True, eq=False, slots=True)
class Sound:
    """A piece of sound: time of the first sample in s, mono float32 (N,), full scale is 1."""

    time: float
    samples: np.ndarray


SoundSource = Callable[[int], Iterable[Sound]]  # a rate in Hz -> the sound of a clip at that rate


def silent(_: int, /) -> Iterator[Sound]:
    """The SoundSource of a clip without sound."""
    return iter(())


def sound(path: Path, rate: int, start: float = 0.0, end: float | None = None) -> Iterator[Sound]:
    """The sound of a media file, in consecutive pieces: the mean of its channels, at `rate` Hz.

    A piece that does not continue the one before (late start, lost packets, samples that are no
    numbers) tells so by its time, which is then more than GAP later; none is earlier. Nothing if
    there is no audio.
    Of a stretch, the samples from `start` on and before `end` (s in the media; None: to its end),
    cut out before they are resampled, their times counted from `start`.
    Raises MediaError.
    """
    with opened(path) as container:
        stream = stream_of(container, "audio")
        if not isinstance(stream, AudioStream):
            return
        stop = np.inf if end is None else end
        pieces = decoded(packets(container, stream, max(0.0, start - LEAD_S), stop))
        placed = _within(placed_frames(pieces, start_of(container)), start, stop)
        for begin, piece in groupby(placed, key=lambda pair: pair[0]):
            yield from _resampled(begin - start, (frame for _, frame in piece), rate)


def decoded(packets: Iterable[av.Packet]) -> Iterator[av.AudioFrame]:
    """The sound in some packets, without those that cannot be decoded."""
    for packet in packets:
        try:
            yield from packet.decode()
        except FFmpegError:
            continue  # the next frame is later than expected, so the loss shows as a gap


def placed_frames(
    pieces: Iterable[av.AudioFrame], start: float
) -> Iterator[tuple[float, float, av.AudioFrame]]:
    """Each frame with the times at which its unbroken, uniform sound and it itself begin.

    A frame that begins more than GAP before the one before it ends is left out. So is one that
    holds NaN or infinity, which a resampler would spread, and what begins up to GAP behind it: a
    shorter gap would be taken for jitter, and all that follows would come too early.
    """
    begin, end, kind, lost = 0.0, -np.inf, None, 0.0
    for frame in pieces:
        time = max(end, 0.0) + lost if frame.time is None else frame.time - start
        if time < end - GAP:
            continue
        if (lost and time <= end + GAP) or not _finite(frame):
            lost += frame.samples / frame.sample_rate
            continue
        lost = 0.0
        same = (frame.format.name, frame.layout.name, frame.sample_rate)
        if time > end + GAP or same != kind:
            begin = end = max(time, end)
            kind = same
        yield begin, end, frame
        end += frame.samples / frame.sample_rate


def _finite(frame: av.AudioFrame) -> bool:
    whole = not frame.format.name.startswith(FLOATS)
    return whole or bool(np.isfinite(frame.to_ndarray()).all())


def _within(
    placed: Iterable[tuple[float, float, av.AudioFrame]], start: float, stop: float
) -> Iterator[tuple[float, av.AudioFrame]]:
    """What of the frames lies in [start, stop) s, with the time at which it begins unbroken."""
    unbroken, at = np.nan, np.nan
    for begin, time, frame in placed:
        if time >= stop:
            return
        rate, size = frame.sample_rate, frame.samples
        first, last = (
            int(np.clip(np.ceil((edge - time) * rate - NEAR), 0, size)) for edge in (start, stop)
        )
        if first < last:
            if begin != unbroken:
                unbroken, at = begin, time + first / rate
            yield at, frame if last - first == size else _cut(frame, first, last)


def _cut(frame: av.AudioFrame, first: int, last: int) -> av.AudioFrame:
    """Some samples of a frame; those of packed formats stand in one row, channel after channel."""
    wide = 1 if frame.format.is_planar else frame.layout.nb_channels
    samples: Any = np.ascontiguousarray(frame.to_ndarray()[:, first * wide : last * wide])
    piece = av.AudioFrame.from_ndarray(samples, frame.format.name, frame.layout.name)
    piece.sample_rate = frame.sample_rate
    return piece


def _resampled(begin: float, stretch: Iterable[av.AudioFrame], rate: int) -> Iterator[Sound]:
    # channels stay apart until the end: FFmpeg mixes two equal ones into one 3 dB louder than each
    resampler, count = AudioResampler(format="fltp", rate=rate), 0
    for frame in chain(stretch, [None]):  # None: give what you still hold
        if frame is not None:
            frame.pts = None  # the resampler counts samples; times are kept here
        for piece in resampler.resample(frame):
            samples = piece.to_ndarray().mean(axis=0, dtype=np.float32)  # (channels, N) -> (N,)
            if len(samples):
                yield Sound(begin + count / rate, samples)
                count += len(samples)
