"""Planted files with what is true of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import av
from av.error import FFmpegError

from tests.features.planted_bytes import join, shorten
from tests.features.planted_media import write
from tests.features.planted_streams import Pictures, Tones


@dataclass(frozen=True)
class Planted:
    """A file and the truth: when flashes and clicks come, how long it lasts, what it holds.

    sound     how much of it there is, s
    lost      pictures that may be missing
    mended    whether its clock has to be put right; None: does not matter
    doubtful  whether the lengths that it says and that it holds contradict each other; the same
    """

    path: Path
    flashes: tuple[float, ...] = (1.0, 3.0)
    clicks: tuple[float, ...] = (1.5, 3.4)
    seconds: float = 4.0
    pictures: int = 100
    sound: float = 4.0
    lost: int = 0
    mended: bool | None = False
    doubtful: bool | None = False


Maker = Callable[[Path], Planted]  # a folder -> the file in it
Truth = Mapping[str, Any]
NOTHING: Truth = MappingProxyType({})


def made(
    suffix: str,
    *streams: Pictures | Tones,
    edit: Callable[[Path], None] | None = None,
    truth: Truth = NOTHING,
    **how: Any,
) -> Maker:
    """A file of some streams, then edited; what is said of it beside what the streams say."""

    def make(folder: Path) -> Planted:
        path = folder / f"planted.{suffix}"
        write(path, *streams, **how)
        if edit:
            edit(path)
        known = Planted(path)
        if not any(isinstance(stream, Pictures) for stream in streams):
            known = replace(known, flashes=(), pictures=0)
        if not any(isinstance(stream, Tones) for stream in streams):
            known = replace(known, clicks=(), sound=0.0)
        return replace(known, **truth)

    return make


def cut(share: float, maker: Maker) -> Maker:
    """A file of which the end is missing: it holds what can be decoded."""

    def make(folder: Path) -> Planted:
        known = maker(folder)
        shorten(known.path, share)
        pictures, sound, seconds = decoded(known.path)
        assert 2.0 < seconds < 3.0
        return replace(
            known,
            flashes=known.flashes[:1],
            clicks=known.clicks[:1],
            seconds=seconds,
            pictures=pictures,
            sound=sound,
            doubtful=None,
        )

    return make


def joined(suffix: str, *makers: Maker, **truth: Any) -> Maker:
    """Files one behind the other: what each holds comes after what those before it hold."""

    def make(folder: Path) -> Planted:
        parts, begins = [], [0.0]
        for number, maker in enumerate(makers):
            place = folder / str(number)
            place.mkdir()
            parts.append(maker(place))
            begins.append(begins[-1] + decoded(parts[-1].path)[2])
        path = folder / f"planted.{suffix}"
        join(path, *(part.path for part in parts))
        pairs = list(zip(begins, parts, strict=False))
        known = Planted(
            path,
            flashes=tuple(begin + t for begin, part in pairs for t in part.flashes),
            clicks=tuple(begin + t for begin, part in pairs for t in part.clicks),
            seconds=begins[-1],
            pictures=sum(part.pictures for part in parts),
            sound=sum(part.sound for part in parts),
        )
        return replace(known, **truth)

    return make


def decoded(path: Path) -> tuple[int, float, float]:
    """What FFmpeg makes of a file whose clock is right: pictures, sound in s, and length in s."""
    begins, ends, pictures, sound = [], [], 0, 0.0
    for frame in all_frames(path):
        heard = isinstance(frame, av.AudioFrame)
        length = frame.samples / frame.sample_rate if heard else 1 / 25
        start = sound if frame.time is None else frame.time
        pictures, sound = pictures + (not heard), sound + length * heard
        begins, ends = [*begins, start], [*ends, start + length]
    return pictures, sound, max(ends) - min(begins)


def all_frames(path: Path) -> Iterator[av.VideoFrame | av.AudioFrame]:
    """Whatever can be decoded; the end of what was cut off cannot."""
    with av.open(str(path)) as container:
        for packet in container.demux():
            try:
                yield from packet.decode()
            except FFmpegError:
                continue
