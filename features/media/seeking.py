"""The packets of a stretch of a stream at the times that hold, without all that lies before it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Stream

from features.media.clock import PLAIN, Clock, Fix
from features.media.container import demuxed, opened
from features.media.timeline import zero_of

# containers that do not time every packet: after a seek the others are guessed, by a bit rate even
GUESSING = frozenset(("mpeg", "mp3", "aac", "ac3", "eac3", "dts", "amr", "loas", "truehd", "mlp"))
BY_BYTES = frozenset(("wav", "w64"))  # find a moment by the bytes in a second: right for PCM alone
FURTHER_S = 2.0  # by how much earlier to look where a container led too far; doubles each time


def packets(
    container: InputContainer,
    stream: Stream,
    start: float = 0.0,
    end: float = math.inf,
    clock: Clock = PLAIN,
) -> Iterator[av.Packet]:
    """The packets of a stream from the last key frame at or before `start` s up to `end`.

    The last packet flushes the decoder. Where the container leads to no such key frame, they come
    from the beginning.
    """
    base, zero = stream.time_base or Fraction(1), zero_of(container, clock)
    begin = zero if stream.start_time is None else float(stream.start_time * base)
    if clock is not PLAIN or (start + zero > begin and _guesses(container, stream)):
        coming = _put_right(container, stream, start + zero, clock)
    else:
        if start + zero > begin and stream.time_base:
            offset = _entry(Path(container.name), stream.index, start + zero, begin)
            if offset is not None:
                container.seek(offset, stream=stream)
        coming = demuxed(container, [stream])
    for packet in coming:
        # of what an edit list leaves out, the times are not those at which it would be shown
        if not packet.is_discard and packet.dts is not None and packet.dts * base - zero >= end:
            break
        yield packet
    else:
        return
    packet = av.Packet()  # an empty one is what a decoder takes for the end
    packet.stream, packet.time_base = stream, base
    yield packet


def _guesses(container: InputContainer, stream: Stream) -> bool:
    """Whether the times are wrong of what comes after a seek."""
    name = container.format.name
    packed = name in BY_BYTES and not stream.codec_context.name.startswith("pcm_")
    return packed or name in GUESSING


def _put_right(
    container: InputContainer, stream: Stream, wanted: float, clock: Clock
) -> Iterator[av.Packet]:
    """The packets at their right times, from the last key frame at or before `wanted` (s by the
    clock that is put right). There is no seeking by a clock that steps, or by guesses: what lies
    before is read, and not decoded.
    """
    fix, base = clock.fixes.get(stream.index, Fix()), stream.time_base or Fraction(1)
    first = 0
    with opened(Path(container.name)) as other:
        for number, packet in enumerate(fix.applied(demuxed(other, [other.streams[stream.index]]))):
            if packet.is_discard:
                continue
            if packet.dts is not None and packet.dts * base > wanted:
                break
            if packet.is_keyframe and packet.pts is not None and packet.pts * base <= wanted:
                first = number
    yield from islice(fix.applied(demuxed(container, [stream])), first, None)


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
                found = next((p for p in demuxed(container, [stream]) if p.is_keyframe), None)
            except FFmpegError:
                return None
            shown = found is not None and not found.is_discard  # edit lists leave packets out
            if found is not None and shown and found.pts is not None and found.pts * base <= wanted:
                return offset
        back = 2 * back or FURTHER_S
    return None
