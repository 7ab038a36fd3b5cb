"""The text features of a clip, from its words."""

from __future__ import annotations

from typing import Any

from features.track import Track, nothing, unspoken
from features.words import Words


def text_track(extractor: Any, words: Words | None) -> Track:
    """The Track (T, D) of a clip's words: a row or more, but none where there is no transcript."""
    if words is None:
        return nothing(extractor.dim)
    return extractor(words) if words else unspoken(extractor.dim)
