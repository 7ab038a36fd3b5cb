"""The packets of a stretch of a stream, without those of all that lies before it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Stream

from features.media.container import opened, start_of

GUESSING = ("mpeg",)  # containers that time only some pictures: after a seek others are guessed
FURTHER_S = 2.0  # by how much earlier to look where a container led too far; doubles each time


def packets(
    container: InputContainer, stream: Stream, start: float, end: float
) -> Iterator[av.Packet]:
    """The packets of a stream from the last key frame at or before `start` s up to `end`.

    The last packet flushes the decoder. Where the container leads to no such key frame, they come
    from the beginning.
    """
    base, zero = stream.time_base or Fraction(1), start_of(container)
    begin = zero if stream.start_time is None else float(stream.start_time * base)
    if start + zero > begin and stream.time_base and container.format.name not in GUESSING:
        offset = _entry(Path(container.name), stream.index, start + zero, begin)
        if offset is not None:
            container.seek(offset, stream=stream)
    for packet in container.demux(stream):
        if packet.dts is not None and packet.dts * base - zero >= end:
            break
        yield packet
    else:
        return
    packet = av.Packet()  # an empty one is what a decoder takes for the end
    packet.stream, packet.time_base = stream, base
    yield packet


def _entry(path: Path, index: int, wanted: float, begin: float) -> int | None:
    """Where to seek to, in units of the stream, for a key frame at or before `wanted` (s by the
    container's clock); None: nowhere. Tried, since not every container is right.
    """
    back = 0.0
    while wanted - back > begin:
        with opened(path) as container:
            stream = container.streams[index]
            base = stream.time_base or Fraction(1)
            offset = int((wanted - back) / base)
            try:
                container.seek(offset, stream=stream)
                found = next((p for p in container.demux(stream) if p.is_keyframe), None)
            except FFmpegError:
                return None
            if found is not None and found.pts is not None and found.pts * base <= wanted:
                return offset
        back = 2 * back or FURTHER_S
    return None
