"""What a media file says of itself, without decoding it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from features.media.container import MediaError, opened, start_of, stream_of

OVER_S = 0.1  # by which a stretch may be said to end after its file: tables round, codecs pad


@dataclass(frozen=True, slots=True)
class Info:
    """What a media file says of itself: seconds, frames a second, pixels, samples a second."""

    duration: float
    fps: float | None  # None: no video stream; an average where the rate varies
    width: int | None  # of a picture as it is stored, before it is turned upright
    height: int | None
    rate: int | None  # None: no audio stream
    channels: int | None

    def stretch(self, start: float, end: float | None) -> Info:
        """The same of a part of the file, in s. Raises MediaError where the file is shorter."""
        latest = max(start, end or start)
        if start >= self.duration or latest > self.duration + OVER_S:
            said = f"{start:g} s to {end:g} s" if end is not None else f"{start:g} s on"
            raise MediaError(f"lasts {self.duration:g} s and does not hold the stretch from {said}")
        stop = self.duration if end is None else min(end, self.duration)
        return replace(self, duration=round(stop - start, 6))


def probe(path: Path) -> Info:
    """Read the headers. Raises MediaError where the file cannot be opened or holds no stream.

    Whether what they announce can be decoded shows when it is.
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
