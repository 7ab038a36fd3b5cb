"""Opening a media file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream

from features.nearest import nearest


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
        container = av.open(str(path), metadata_errors="replace")
    except (FFmpegError, OSError) as error:
        raise MediaError(
            f"not readable as media, or cut off before its index: {_reason(error)}"
        ) from error
    with container:
        try:
            yield container
        except FFmpegError as error:
            raise MediaError(f"cannot be read to its end: {_reason(error)}") from error


def _nearest(path: Path) -> str:
    there = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
    return nearest(path.name, there)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def demuxed(container: InputContainer, streams: Sequence[Stream]) -> Iterator[Packet]:
    """The packets of some streams, in the order of the file, from where it is read.

    A broadcast, or a chain of files, may bring streams that were not there when it was opened.
    PyAV knows nothing of those and stops at their first packet; asked again, it leaves them out.
    """
    while True:
        try:
            yield from container.demux(streams)
        except IndexError:
            continue
        return


def start_of(container: InputContainer) -> float:
    """The time that counts as 0, in s by the container's own clock."""
    return (container.start_time or 0) / av.time_base
