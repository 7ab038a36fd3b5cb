"""What a media file says of itself, and whether it can be decoded at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from features.media.container import MediaError, opened, start_of, stream_of
from features.media.pictures import frames
from features.media.sounds import sound


@dataclass(frozen=True, slots=True)
class Info:
    """What a media file says of itself: seconds, frames a second, pixels, samples a second."""

    duration: float
    fps: float | None  # None: no video stream; an average where the rate varies
    width: int | None  # of the upright picture
    height: int | None
    rate: int | None  # None: no audio stream
    channels: int | None


def probe(path: Path) -> Info:
    """Read the headers, and each stream up to its first picture or sound.

    Raises MediaError where there is no stream, or where one of them cannot be decoded.
    """
    with opened(path) as container:
        video, audio = stream_of(container, "video"), stream_of(container, "audio")
        if video is None and audio is None:
            raise MediaError("holds neither video nor audio")
        duration = container.duration / av.time_base if container.duration else _length(container)
        fps = width = height = rate = channels = None
        if isinstance(video, VideoStream):
            height, width = _size(path)
            fps = video.average_rate or video.guessed_rate
        if isinstance(audio, AudioStream):
            rate, channels = audio.codec_context.sample_rate, audio.codec_context.channels
            if next(sound(path, rate or 16_000), None) is None:
                raise MediaError("its audio stream holds no sound that can be decoded")
    fps = round(float(fps), 6) if fps else None
    return Info(round(duration, 6), fps, width, height, rate, channels)


def _size(path: Path) -> tuple[int, int]:
    """Height and width of the first picture that can be decoded."""
    for frame in frames(path):
        if frame.image is not None:
            return frame.image.shape[0], frame.image.shape[1]
    raise MediaError("its video stream holds no picture that can be decoded")


def _length(container: InputContainer) -> float:
    """From the start to the end of the last packet, s: files cut from a stream do not say it."""
    ends = [
        float((packet.pts + (packet.duration or 0)) * packet.time_base)
        for packet in container.demux()
        if packet.pts is not None and packet.time_base is not None
    ]
    return max(ends, default=0.0) - start_of(container)
