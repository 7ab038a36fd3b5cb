"""What is seen in a clip of the manifest, times from its start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from features.manifest import Clip
from features.media.pictures import Frame, frames


def seen(clip: Clip) -> Iterator[Frame]:
    """The pictures of a clip; none if it has no video."""
    return frames(Path(clip.media), clip.start, clip.end) if clip.media else iter(())
