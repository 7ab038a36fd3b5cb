"""What must be said of numbers from the demo corpus, wherever they appear."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from stages._clips import Clip

DEMO = Path("data/demo")  # where stages.demo draws its corpus
NOTE = (
    "These numbers come from a drawn, synthetic corpus: they show that the pipeline recovers a "
    "planted signal and say nothing about real emotion."
)


def drawn(clips: Iterable[Clip]) -> bool:
    """Whether any clip is one of the demo's."""
    return any(clip.media and Path(clip.media).is_relative_to(DEMO) for clip in clips)
