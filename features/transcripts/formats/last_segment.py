"""The words of a transcript's last segment, where it ends after the media do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import takewhile

from features.transcripts.formats.outside import LATE_S
from features.words import Word, Words, spread

FAST = 10.0  # words a second that people hardly say


def shortened(words: Sequence[Word], duration_s: float) -> Words:
    """Words by start, of which those that share the last segment's time do so within the media.

    Whisper lets the last segment end with the 30 s that it hears at a time, however little the
    media last, and subtitles end when they are read. More words than people say in what is left of
    the media are of another file: they stay where they are.
    """
    kept = list(words)
    if not kept or not kept[-1].spread or kept[-1].end <= duration_s + LATE_S:
        return kept
    pace = _pace(kept[-1])  # words of one segment have one
    same = takewhile(lambda w: w.spread and math.isclose(_pace(w), pace, rel_tol=1e-6), kept[::-1])
    shared = list(same)[::-1]
    left = duration_s - shared[0].start
    if left <= 0 or len(shared) > FAST * max(left, LATE_S):
        return kept
    texts = [word.text for word in shared]
    return kept[: -len(shared)] + spread(texts, shared[0].start, duration_s)


def _pace(word: Word) -> float:
    """How long each of its characters takes, s."""
    return (word.end - word.start) / len(word.text)
