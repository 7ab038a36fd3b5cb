"""The frames of decoded sound, each at its time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import av
import numpy as np
from av.error import FFmpegError

from features.media.samples import cut, is_finite, readable

GAP = 0.04  # s; sound further than this from where the samples so far end starts a new stretch
LOST = 1e-3  # s; where a frame was lost, the next one is at least so much later, or nothing was
NEAR = 1e-3  # of a sample; one this close before an edge lies on it


def decoded(packets: Iterable[av.Packet]) -> Iterator[av.AudioFrame | None]:
    """The sound in some packets, readable; None for one that cannot be decoded."""
    return readable(_decoded(packets))


def _decoded(packets: Iterable[av.Packet]) -> Iterator[av.AudioFrame | None]:
    for packet in packets:
        try:
            yield from packet.decode()
        except FFmpegError:
            yield None


def placed_frames(
    pieces: Iterable[av.AudioFrame | None], start: float
) -> Iterator[tuple[float, float, av.AudioFrame]]:
    """Each frame with the times at which its unbroken, uniform sound and it itself begin.

    What begins more than GAP before the frame before it ends is left out. So is a frame that
    holds NaN or infinity, which a resampler would spread, and what begins up to GAP behind such a
    one, or behind one that was lost: a shorter gap would be taken for jitter, and all that follows
    would come too early.
    """
    begin, end, kind, lost = 0.0, -np.inf, None, 0.0
    for frame in pieces:
        if frame is None:
            lost = max(lost, LOST)
            continue
        time = max(end, 0.0) + lost if frame.time is None else frame.time - start
        if time < end - GAP:
            first = math.ceil((end - time) * frame.sample_rate)
            if first >= frame.samples:
                continue
            frame, time = cut(frame, first, frame.samples), end
        if (lost and end + LOST < time <= end + GAP) or not is_finite(frame):
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
            math.ceil(min(max((edge - time) * rate - NEAR, 0), size)) for edge in (start, stop)
        )
        if first < last:
            if begin != unbroken:
                unbroken, at = begin, time + first / rate - start
            yield at, frame if last - first == size else cut(frame, first, last)
