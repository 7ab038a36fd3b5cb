"""Opening a media file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError, InvalidDataError
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from features.nearest import nearest

LONGEST = 2**32  # bytes, that the header of a .wav can tell
TOO_LONG = {"ignore_length": "1"}
# how far FFmpeg looks into a file for what its streams hold, where its usual 5 s are too few
FURTHER = {"analyzeduration": "60000000", "probesize": "50000000"}  # us and bytes


class MediaError(ValueError):
    """A media file that cannot be used, and why."""


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """An open media file. Raises MediaError where it cannot be opened, or read inside the block."""
    if path.is_dir():
        raise MediaError("is a folder")
    if not path.is_file():
        raise MediaError(f"no such file{_nearest(path)}")
    if path.stat().st_size == 0:
        raise MediaError("empty file")
    try:
        container = _open(path)
    except (FFmpegError, OSError) as error:
        raise MediaError(
            f"not readable as media, or cut off before its index: {_reason(error)}"
        ) from error
    with container:
        try:
            yield container
        except FFmpegError as error:
            raise MediaError(f"cannot be read to its end: {_reason(error)}") from error


def _open(path: Path) -> InputContainer:
    options = TOO_LONG if _is_too_long(path) else {}
    container = av.open(str(path), metadata_errors="replace", options=options)
    if all(map(_is_clear, container.streams)):
        return container
    container.close()  # a stream that begins late shows what it is only to who looks further
    return av.open(str(path), metadata_errors="replace", options=options | FURTHER)


def _is_too_long(path: Path) -> bool:
    """Whether a .wav is longer than its header has digits for, as recorders write it."""
    if path.stat().st_size <= LONGEST:
        return False
    with path.open("rb") as file:
        head = file.read(12)
    return head[:4] == b"RIFF" and head[8:] == b"WAVE"


def _is_clear(stream: Stream) -> bool:
    """Whether it is known what a stream holds, as far as anybody can: how large, how fast."""
    if isinstance(stream, VideoStream) and stream.codec_context is not None:
        return bool(stream.codec_context.width)
    if isinstance(stream, AudioStream) and stream.codec_context is not None:
        return bool(stream.codec_context.sample_rate)
    return True


def _nearest(path: Path) -> str:
    there = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
    return nearest(path.name, there)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def demuxed(
    container: InputContainer, streams: Sequence[Stream], broken: list[str] | None = None
) -> Iterator[Packet]:
    """The packets of some streams, in the order of the file, from where it is read, to where it is
    broken: why it is goes to `broken`.

    A broadcast, or a chain of files, may bring streams that were not there when it was opened.
    PyAV knows nothing of those and stops at their first packet; asked again, it leaves them out.
    """
    while True:
        try:
            yield from container.demux(streams)
        except IndexError:
            continue
        except InvalidDataError as error:
            if broken is not None:
                broken.append(_reason(error))
        return


def start_of(container: InputContainer) -> float:
    """The time that counts as 0, in s by the container's own clock.

    It is that of players, which do not look as far into a file as may be needed here.
    """
    if container.options.items() >= FURTHER.items():
        with av.open(container.name, metadata_errors="replace") as usual:
            return (usual.start_time or 0) / av.time_base
    return (container.start_time or 0) / av.time_base
