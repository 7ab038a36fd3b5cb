"""What must be said of numbers from the demo corpus, wherever they appear."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from features.manifest import Clip
from stages.paths import DEMO

NOTE = (
    "These numbers come from a drawn, synthetic corpus: they show that the pipeline recovers a "
    "planted signal and say nothing about real emotion."
)


def synthetic(clips: Iterable[Clip]) -> bool:
    """Whether any clip is one of the demo's."""
    return any(clip.media and Path(clip.media).is_relative_to(DEMO) for clip in clips)
