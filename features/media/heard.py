"""What is heard in a clip of the manifest, times from its start."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from features.manifest import Clip
from features.media.choosing import Choice
from features.media.clock import PLAIN
from features.media.sounds import SoundSource, silent, sound

__all__ = ["heard", "silent"]


def heard(clip: Clip) -> SoundSource:
    """The SoundSource of a clip: a rate in Hz -> its sound; none if it has no audio."""
    if clip.media is None:
        return silent
    return partial(
        sound,
        Path(clip.media),
        start=clip.start,
        end=clip.end,
        choice=Choice(clip.info.video_stream, clip.info.audio_stream),
        clock=None if clip.info.mended else PLAIN,
    )
