"""What a media file holds: found out from its headers and its packets, without decoding it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from features.manifest import Info
from features.media.choosing import PLAYERS, Choice, Kind, decodable, stream_of, streams_of
from features.media.clock import PLAIN
from features.media.container import MediaError, opened
from features.media.layouts import channels_of
from features.media.timeline import timeline

KINDS: tuple[Kind, Kind] = ("video", "audio")
OVER_S = 0.1  # by which a stretch may be said to end after its file: tables round, codecs pad


def stretch(info: Info, start: float, end: float | None) -> Info:
    """The Info of a stretch of a media file, in s. Raises MediaError where the file is shorter."""
    if info.duration <= 0:
        raise MediaError("; ".join(["holds nothing that lasts", *info.doubts]))
    latest = max(start, end or start)
    if start >= info.duration or latest > info.duration + OVER_S:
        part = f"{start:g} s to {end:g} s" if end is not None else f"{start:g} s on"
        raise MediaError(f"lasts {info.duration:g} s and does not hold the stretch from {part}")
    stop = info.duration if end is None else min(end, info.duration)
    return replace(info, duration=round(stop - start, 6), media_s=info.duration)


def probe(path: Path, choice: Choice = PLAYERS) -> Info:
    """The Info of a media file; whether its packets can be decoded shows when they are.

    Raises MediaError where the file cannot be opened, holds no stream that can be decoded, or not
    the one that is wanted.
    """
    with opened(path) as container:
        video, audio = (stream_of(container, kind, choice) for kind in KINDS)
        if video is None and audio is None:
            raise MediaError(_nothing(container))
        fps = width = height = rate = channels = None
        if isinstance(video, VideoStream):
            height, width = video.codec_context.height, video.codec_context.width
            fps = video.average_rate or video.guessed_rate
        if isinstance(audio, AudioStream):
            rate, channels = audio.codec_context.sample_rate, channels_of(audio.codec_context)
        lost = tuple(_lost(container, "audio")) if audio is None else ()
        lost += tuple(_lost(container, "video")) if video is None else ()
        numbers = {kind: streams_of(container, kind) for kind in KINDS}
        found = timeline(container, [stream for stream in (video, audio) if stream is not None])
        return Info(
            duration=found.duration,
            fps=round(float(fps), 6) if fps else None,
            width=width,
            height=height,
            rate=rate,
            channels=channels,
            video_stream=None if video is None else numbers["video"].index(video),
            audio_stream=None if audio is None else numbers["audio"].index(audio),
            video_streams=len(numbers["video"]),
            audio_streams=len(numbers["audio"]),
            mended=found.clock is not PLAIN,
            doubts=lost + found.doubts,
        )


def _lost(container: InputContainer, kind: Kind) -> Iterator[str]:
    """That there are streams of a kind, and no decoder for any."""
    found = streams_of(container, kind)
    if found and not any(map(decodable, found)):
        what = "pictures" if kind == "video" else "sound"
        yield f"its {what} cannot be decoded: there is no decoder here, or nothing says what it is"


def _nothing(container: InputContainer) -> str:
    lost = [*_lost(container, "video"), *_lost(container, "audio")]
    return "; ".join(lost) or "holds neither video nor audio"
