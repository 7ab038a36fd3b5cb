"""What is seen in a clip of the manifest, times from its start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from features.manifest import Clip
from features.media.choosing import Choice
from features.media.clock import PLAIN
from features.media.pictures import Frame, frames


def seen(clip: Clip) -> Iterator[Frame]:
    """The pictures of a clip; none if it has no video."""
    if clip.media is None:
        return iter(())
    return frames(
        Path(clip.media),
        clip.start,
        clip.end,
        choice=Choice(clip.info.video_stream, clip.info.audio_stream),
        clock=None if clip.info.mended else PLAIN,
    )
