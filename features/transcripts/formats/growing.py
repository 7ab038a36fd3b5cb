"""Captions that grow: we / we drove / we drove home. Each word is said once."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from features.transcripts.formats.inline import DASHES, MARK

ENDS = (".", "?", "!", "\u2026", "\u3002", "\uff01", "\uff1f")  # of sentences
CLOSING = "\"')]\u201d\u2019"


def grown(lines: list[str], before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Lines without the words with which those `before` end, if more words follow them in a line.

    after  the lines of the next cue, if it comes at once
    Nobody repeats several words at the start of a cue that comes at once; one may be said again:
    no / no way, and so may a sentence: I love you. / I love you, too. They grow if the next cue
    goes on growing.
    """
    for first in range(len(before)):
        old = " ".join(before[first:]).split()
        several = len(old) > 1 and not said(" ".join(old))
        if _begin(lines, old) and (several or _begin(after, " ".join(lines).split())):
            return _without(lines, len(old))
    return lines


def said(text: str) -> bool:
    """Whether a text is a sentence to its end, or has a dash before it: somebody speaks."""
    return text.startswith(DASHES) or text.rstrip(CLOSING).endswith(ENDS)


def plain(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return "".join(c for c in text.casefold() if unicodedata.category(c)[0] not in "PZ")


def _begin(lines: Sequence[str], old: Sequence[str]) -> bool:
    """Whether lines without times of their own begin with these words, and go on."""
    words = " ".join(lines).split()
    same = list(map(plain, words[: len(old)])) == list(map(plain, old))
    return same and len(words) > len(old) > 0 and not any(map(MARK.search, lines))


def _without(lines: Sequence[str], count: int) -> list[str]:
    """Lines without their first words."""
    kept: list[str] = []
    for line in lines:
        words = line.split()
        kept += [" ".join(words[count:])] if len(words) > count else []
        count = max(0, count - len(words))
    return kept
