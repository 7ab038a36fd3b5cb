"""What was said -> what a text extractor makes of it."""

from __future__ import annotations

from typing import Any

from features.track import Track, nothing, unspoken
from features.words import Words


def meaning(extractor: Any, words: Words | None) -> Track:
    """Words -> Track (T, D), a row or more; without rows for None, which nobody has transcribed."""
    if words is None:
        return nothing(extractor.dim)
    return extractor(words) if words else unspoken(extractor.dim)
