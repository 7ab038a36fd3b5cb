"""Which of a file's streams are seen and heard, as players choose them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from features.media.container import MediaError
from features.media.layouts import channels_of

Kind = Literal["video", "audio"]
NO_PICTURES = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
ASIDE = (  # what accompanies the programme, and is not played unless somebody asks
    Disposition.comment
    | Disposition.hearing_impaired
    | Disposition.visual_impaired
    | Disposition.descriptions
    | Disposition.dependent
    | Disposition.clean_effects
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The numbers of the streams that are wanted, from 0 among those of a kind; None: a player's
    choice. Where a file has none of a kind at all, a number of it asks for nothing."""

    video: int | None = None
    audio: int | None = None


PLAYERS = Choice()


def streams_of(container: InputContainer, kind: Kind) -> list[Stream]:
    """The streams of a kind, cover pictures left out, in the order of the file."""
    found = [stream for stream in container.streams if stream.type == kind]
    return [stream for stream in found if not stream.disposition & NO_PICTURES]


def stream_of(container: InputContainer, kind: Kind, choice: Choice = PLAYERS) -> Stream | None:
    """The stream that is seen or heard; None: there is none that can be decoded.

    Unless its number is wanted: the default one, otherwise the largest picture or the most
    channels, the first of several. Raises MediaError where there is none of that number, or it
    has no decoder.
    """
    found = streams_of(container, kind)
    wanted = choice.video if kind == "video" else choice.audio
    if wanted is not None and found:
        return _numbered(found, kind, wanted)
    usable = [stream for stream in found if decodable(stream)]
    return max(usable, key=_rank, default=None)  # the first of equal ones


def chosen(container: InputContainer, choice: Choice = PLAYERS) -> Iterator[Stream]:
    """The streams that are seen and heard, those that there are."""
    kinds: tuple[Kind, ...] = ("video", "audio")
    for kind in kinds:
        stream = stream_of(container, kind, choice)
        if stream is not None:
            yield stream


def decodable(stream: Stream) -> bool:
    """Whether there is a decoder for a stream, and its header says how large or fast it is."""
    if isinstance(stream, VideoStream):
        return stream.codec_context is not None and bool(stream.codec_context.width)
    if isinstance(stream, AudioStream):
        context = stream.codec_context
        return context is not None and bool(context.sample_rate and channels_of(context))
    return False


def _rank(stream: Stream) -> tuple[bool, bool, int]:
    aside = bool(stream.disposition & ASIDE)
    default = bool(stream.disposition & Disposition.default)
    if isinstance(stream, VideoStream):
        return not aside, default, stream.codec_context.width * stream.codec_context.height
    if isinstance(stream, AudioStream):
        return not aside, default, channels_of(stream.codec_context)
    raise TypeError(f"expected a video or audio stream, got {stream.type}")


def _numbered(found: list[Stream], kind: str, wanted: int) -> Stream:
    if not 0 <= wanted < len(found):
        there = "only 0" if len(found) == 1 else f"0 to {len(found) - 1}"
        raise MediaError(f"has no {kind} stream {wanted}; there is {there}")
    if not decodable(found[wanted]):
        raise MediaError(f"its {kind} stream {wanted} cannot be decoded: {codec_of(found[wanted])}")
    return found[wanted]


def codec_of(stream: Stream) -> str:
    """What a stream is coded in, for a message: the name of the codec, or that nothing knows it."""
    context = stream.codec_context
    return context.name if context is not None else "its codec has no decoder here"
