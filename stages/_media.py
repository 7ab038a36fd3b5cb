"""What is seen and heard in a clip, times from its start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from features.media import Frame, Sound, frames, sound
from stages._clips import Clip


def seen(clip: Clip) -> Iterator[Frame]:
    """The pictures of a clip; none if it has no video."""
    return frames(Path(clip.media), clip.start, clip.end) if clip.media else iter(())


def heard(clip: Clip) -> Callable[[int], Iterator[Sound]]:
    """A rate in Hz -> the sound of a clip; none if it has no audio."""
    if clip.media is None:
        return silent
    return partial(sound, Path(clip.media), start=clip.start, end=clip.end)


def silent(_: int, /) -> Iterator[Sound]:
    """No sound at whatever rate."""
    return iter(())
