"""The frames of decoded sound, each at its time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import av
import numpy as np
from av.error import FFmpegError

from features.media.samples import cut, is_finite, readable

GAP = 0.04  # s; sound further than this from where the samples so far end starts a new stretch
NEAR = 1e-3  # of a sample; one this close before an edge lies on it


def decoded(packets: Iterable[av.Packet]) -> Iterator[av.AudioFrame]:
    """The sound in some packets, readable, without those that cannot be decoded."""
    return readable(_decoded(packets))


def _decoded(packets: Iterable[av.Packet]) -> Iterator[av.AudioFrame]:
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
        if (lost and time <= end + GAP) or not is_finite(frame):
            lost += frame.samples / frame.sample_rate
            continue
        lost = 0.0
        same = (frame.format.name, frame.layout.name, frame.sample_rate)
        if time > end + GAP or same != kind:
            begin = end = max(time, end)
            kind = same
        yield begin, end, frame
        end += frame.samples / frame.sample_rate


def within(
    placed: Iterable[tuple[float, float, av.AudioFrame]], start: float, stop: float
) -> Iterator[tuple[float, av.AudioFrame]]:
    """What of the frames lies in [start, stop) s, with the time from `start` on at which it begins
    unbroken."""
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
                unbroken, at = begin, time + first / rate - start
            yield at, frame if last - first == size else cut(frame, first, last)
