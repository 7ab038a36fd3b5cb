"""A video encoded anew with other pictures and its own sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from features.media.choosing import stream_of
from features.media.clock import Clock
from features.media.container import MediaError, opened
from features.media.encoding import encoded
from features.media.pictures import frames
from features.media.seeking import packets
from features.media.timeline import measured, zero_of

CLOCK = Fraction(1, 90_000)  # s, in which the new pictures' times are given
VIDEO = {"preset": "veryfast", "crf": "20", "bf": "0"}  # no B-frames: times come out as they are
MP4 = {"movie_timescale": "90000"}  # in which it says when a stream begins; 1000 by default
COPIED = {"aac", "mp3", "ac3", "eac3", "alac", "opus"}  # sound that mp4 takes as it is

Draw = Callable[[float, np.ndarray], np.ndarray]


def redraw(source: Path, target: Path, draw: Draw) -> None:
    """Write an mp4 of `source` in which each picture is what `draw` makes of it, at its own time.

    draw  time in s, picture as shown, uint8 RGB (H, W, 3) -> picture of the same size

    A picture that cannot be decoded is left out: the one before stays. Sound that mp4 cannot hold
    becomes AAC. Nothing but a few pictures is ever in memory. Raises MediaError.
    """
    clock = measured(source).clock
    with ExitStack() as stack:
        sounding = stack.enter_context(opened(source))  # apart from the pictures, which are ahead
        out = stack.enter_context(av.open(str(target), "w", format="mp4", options=MP4))
        sound = _sound(sounding, out, clock)
        later: Packet | None = None
        video: VideoStream | None = None
        for frame in frames(source, clock=clock):
            if frame.image is None:
                continue
            picture = _even(draw(frame.time, frame.image))
            if video is None:
                video = _video(out, *picture.shape[:2])
                later = next(sound, None)  # its stream is there before the first packet is written
            while later is not None and _time(later) <= frame.time:
                out.mux(later)
                later = next(sound, None)
            new = av.VideoFrame.from_ndarray(picture, format="rgb24")
            new.pts, new.time_base = round(max(frame.time, 0.0) / CLOCK), CLOCK
            out.mux(video.encode(new))
        if video is None:
            raise MediaError("holds no picture to draw on")
        out.mux(video.encode(None))
        while later is not None:
            out.mux(later)
            later = next(sound, None)


def _video(out: OutputContainer, height: int, width: int) -> VideoStream:
    video = out.add_stream("h264", rate=30, options=VIDEO)  # the rate is a hint to players
    video.height, video.width, video.pix_fmt = height, width, "yuv420p"
    video.codec_context.time_base = CLOCK
    video.codec_context.thread_count = 1  # the same bytes on any machine of this kind
    return video


def _even(picture: np.ndarray) -> np.ndarray:
    """H.264 halves the resolution of colour: an odd side gets one more line."""
    height, width = picture.shape[:2]
    return np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")


def _time(packet: Packet) -> float:
    return float((packet.pts or 0) * packet.time_base)


def _sound(source: InputContainer, out: OutputContainer, clock: Clock) -> Iterator[Packet]:
    """The packets of the sound on the clock of the pictures; nothing if there is none."""
    stream = stream_of(source, "audio")
    if not isinstance(stream, AudioStream):
        return
    if stream.codec_context.codec.canonical_name in COPIED:
        yield from _copied(source, stream, out, clock)
    else:
        yield from encoded(source, stream, out, clock)


def _copied(
    source: InputContainer, stream: AudioStream, out: OutputContainer, clock: Clock
) -> Iterator[Packet]:
    copy = out.add_stream_from_template(stream)
    start = round(zero_of(source, clock) / float(stream.time_base or 1))
    for packet in packets(source, stream, clock=clock):
        if packet.pts is None or packet.dts is None:
            continue  # the demuxer's word that it is at the end
        packet.pts, packet.dts, packet.stream = packet.pts - start, packet.dts - start, copy
        yield packet
