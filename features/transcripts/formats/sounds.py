"""Sounds among the timed words of a transcript: told apart, marked, and no reason to cut a word."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from features.non_speech import BARE, Found, sounds_in
from features.splitting import joined
from features.transcripts.formats.timing import in_order
from features.words import Word, Words, spoken

UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")  # categories: spaces, marks of direction, of no width


def told_apart(words: Sequence[Word], aligned: bool, keep: bool) -> Words:
    """Words by start, of which those that are spoken do not overlap, with the sounds marked.

    aligned  they come from a forced aligner, or are somebody's annotation
    keep     sounds count as spoken
    """
    shown = [word for word in words if _shown(word.text)]
    found = marked(sorted(shown, key=lambda word: (word.start, word.end)), aligned)
    if keep:
        return in_order([replace(word, speech=True) for word in found])
    sounds = [word for word in found if not word.speech]
    return sorted([*in_order(spoken(found)), *sounds], key=lambda word: word.start)


def marked(words: Sequence[Word], aligned: bool) -> Words:
    """The words of one voice, by start -> the same, with sounds apart; one may be several words.

    What is left of a word without its sounds stays a word if it has a letter or a digit.
    """
    begins = [0, *accumulate(len(word.text) + 1 for word in words)]
    taken: dict[int, list[tuple[int, int]]] = {}  # of a word's letters, those that are no speech
    sounds: dict[int, Words] = {}  # by the word that they begin in
    for found in sounds_in(" ".join(word.text for word in words), aligned):
        first, last = (bisect_right(begins, at) - 1 for at in (found.start, found.end - 1))
        for i in range(first, last + 1):
            stretch = max(found.start - begins[i], 0), found.end - begins[i]
            taken.setdefault(i, []).append(stretch)
        sounds.setdefault(first, []).append(_sound(found, words[first : last + 1]))
    told: Words = []
    for i, word in enumerate(words):
        rest = _without(word.text, taken.get(i, []))
        if i not in taken or any(letter.isalnum() for letter in rest):
            bare = aligned and rest.lower().rstrip(".,?!") in BARE
            told.append(replace(word, text=rest, speech=word.speech and not bare))
        told += sounds.get(i, [])
    return told


def _shown(text: str) -> bool:
    """Whether there is anything in a text that is seen."""
    return any(unicodedata.category(letter) not in UNSEEN for letter in text)


def _sound(found: Found, words: Sequence[Word]) -> Word:
    end = max(word.end for word in words)
    name = joined(found.name.split())
    return Word(name, words[0].start, end, any(word.spread for word in words), False)


def _without(text: str, taken: Sequence[tuple[int, int]]) -> str:
    """A word's text without some stretches of it."""
    edges = [0, *(place for stretch in taken for place in stretch), len(text)]
    ends = (min(place, len(text)) for place in edges[1::2])
    parts = (text[a:b].strip() for a, b in zip(edges[::2], ends, strict=True))
    return re.sub(r" (?!\w)", "", " ".join(part for part in parts if part))
