"""The pictures of a video, each at its own time."""

from __future__ import annotations

import heapq
from bisect import insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from features.media.choosing import PLAYERS, Choice, stream_of
from features.media.clock import Clock
from features.media.container import MediaError, opened
from features.media.seeking import packets
from features.media.shown import as_shown
from features.media.timeline import measured, zero_of

REORDERED = {"h264", "hevc"}  # codecs that may store pictures in another order than shown
Event = tuple[float, av.VideoFrame | None]  # time in s, and what was decoded there


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """One picture: time in s, image uint8 RGB (H, W, 3), or None where it cannot be decoded."""

    time: float
    image: np.ndarray | None


def frames(
    path: Path,
    start: float = 0.0,
    end: float | None = None,
    *,
    choice: Choice = PLAYERS,
    clock: Clock | None = None,
) -> Iterator[Frame]:
    """The pictures of a video as they are shown, in order of time; none if there is no video.

    Of a stretch, those from `start` on and before `end` (s in the media; None: to its end), their
    times counted from `start`; what lies before is not decoded but for the pictures that the first
    one is coded from.
    Of several videos, the one of `choice`. Times are those of `clock`; None: it is found out first.
    A packet that cannot be decoded, or only in part, gives a Frame without image. Two rows cannot
    share a moment: of two pictures whose times do not rise, the one is left out that does not go
    with the one before both. Raises MediaError.
    """
    clock = measured(path, choice).clock if clock is None else clock
    with opened(path) as container:
        stream = stream_of(container, "video", choice)
        if not isinstance(stream, VideoStream):
            return
        stream.codec_context.thread_count = 1  # the same pictures, even of a damaged stream
        stop = np.inf if end is None else end
        events = _in_order(_decoded(container, stream, start, stop, clock))
        for time, picture in _rising(events, stop):
            if time >= start:
                image = None if picture is None else as_shown(picture, stream)
                yield Frame(time - start, image)


def _decoded(
    container: InputContainer, stream: VideoStream, start: float, stop: float, clock: Clock
) -> Iterator[Event]:
    """Pictures as the decoder gives them, and packets it cannot decode as the demuxer does."""
    zero = zero_of(container, clock)
    untimed = container.format.name == "avi" and stream.codec_context.name in REORDERED
    ahead: list[float] = []  # the times of pictures to come, of which AVI knows only the order
    for packet in packets(container, stream, start, stop, clock):
        time = None if packet.pts is None else float(packet.pts * (packet.time_base or 0))
        if untimed and packet.size and time is not None:
            heapq.heappush(ahead, time)
        try:
            pictures = packet.decode()
        except FFmpegError:
            if time is not None:
                if time in ahead:
                    ahead.remove(time)
                    heapq.heapify(ahead)
                yield time - zero, None
            continue
        for picture in pictures:
            shown = heapq.heappop(ahead) if ahead else picture.time
            if shown is None:
                raise MediaError("its pictures carry no times")
            yield shown - zero, None if picture.is_corrupt else picture


def _rising(events: Iterable[Event], stop: float) -> Iterator[Event]:
    """Events before `stop` s whose times rise: one that runs ahead is left out, not all behind."""
    before, held = -np.inf, None
    for event in events:
        time = event[0]
        if held is not None and time > held[0]:
            yield held
            before, held = held[0], None
        if time >= stop:
            break
        if held is None or before < time < held[0]:
            held = event
    if held is not None:
        yield held


def _in_order(events: Iterable[Event]) -> Iterator[Event]:
    """Hold back what was lost until a later picture comes: the demuxer is ahead of the decoder."""
    lost: list[float] = []
    for time, picture in events:
        if picture is None:
            insort(lost, time)
            continue
        while lost and lost[0] < time:
            yield lost.pop(0), None
        yield time, picture
    yield from ((time, None) for time in lost)
