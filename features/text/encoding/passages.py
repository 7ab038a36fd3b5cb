"""Passages of a transcript: sliding windows of words, or utterances."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from features.splitting import joined
from features.text.encoding.row_times import row_times
from features.words import Word

ENDS = (".", "!", "?", "\u2026", "\u3002", "\uff01", "\uff1f")  # of a sentence


def windows(words: Sequence[Word], most: int, every: int) -> list[Word]:
    """Sliding windows: the words around every `every`th one with a row, as one Word at its time."""
    before = (most - 1) // 2
    _, rows = row_times(words)
    return [
        Word(_text(words[max(0, i - before) : i - before + most]), w.start, w.end, w.spread)
        for i, w in ((int(i), words[i]) for i in rows[::every])
    ]


def utterances(words: Sequence[Word], most: int, pause_s: float) -> list[Word]:
    """Utterances: what is said without a pause or the end of a sentence, each as one Word.

    A long one is parted after `most` words.
    """
    ends = [
        i
        for i, (a, b) in enumerate(pairwise(words), 1)
        if a.text.endswith(ENDS) or b.start - a.end >= pause_s
    ]
    spans = pairwise([0, *ends, len(words)])
    parts = [words[i : min(i + most, b)] for a, b in spans for i in range(a, b, most)]
    return [
        Word(_text(p), p[0].start, max(w.end for w in p), any(w.spread for w in p)) for p in parts
    ]


def _text(words: Sequence[Word]) -> str:
    return joined(word.text for word in words)
