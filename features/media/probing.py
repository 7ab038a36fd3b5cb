"""What a media file says of itself, without decoding it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from features.manifest import Info
from features.media.container import MediaError, opened, start_of, stream_of

OVER_S = 0.1  # by which a stretch may be said to end after its file: tables round, codecs pad


def stretch(info: Info, start: float, end: float | None) -> Info:
    """The Info of a stretch of a media file, in s. Raises MediaError where the file is shorter."""
    latest = max(start, end or start)
    if start >= info.duration or latest > info.duration + OVER_S:
        part = f"{start:g} s to {end:g} s" if end is not None else f"{start:g} s on"
        raise MediaError(f"lasts {info.duration:g} s and does not hold the stretch from {part}")
    stop = info.duration if end is None else min(end, info.duration)
    return replace(info, duration=round(stop - start, 6))


def probe(path: Path) -> Info:
    """The Info of a media file, from its headers; whether it can be decoded shows when it is.

    Raises MediaError where the file cannot be opened or holds no stream.
    """
    with opened(path) as container:
        video, audio = stream_of(container, "video"), stream_of(container, "audio")
        fps = width = height = rate = channels = None
        if isinstance(video, VideoStream) and video.codec_context.width:
            height, width = video.codec_context.height, video.codec_context.width
            fps = video.average_rate or video.guessed_rate
        if isinstance(audio, AudioStream) and audio.codec_context.sample_rate:
            rate, channels = audio.codec_context.sample_rate, audio.codec_context.channels
        if width is None and rate is None:
            raise MediaError("holds neither video nor audio")
        duration = container.duration / av.time_base if container.duration else _length(container)
    fps = round(float(fps), 6) if fps else None
    return Info(round(duration, 6), fps, width, height, rate, channels)


def _length(container: InputContainer) -> float:
    """From the start to the end of the last packet, s: files cut from a stream do not say it."""
    ends = [
        float((packet.pts + (packet.duration or 0)) * packet.time_base)
        for packet in container.demux()
        if packet.pts is not None and packet.time_base is not None
    ]
    return max(ends, default=0.0) - start_of(container)
