"""Inline times of a cue's text (.vtt): the words of so<00:00:00.500> this have their own times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from features.splitting import UNSPACED, words_in
from features.transcripts.formats.clock import seconds
from features.transcripts.formats.spans import Span
from features.words import Word, Words, spread

INLINE = re.compile(r"<([\d:.]+)>")
STAMP = re.compile(r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})")
# a tag would be taken out with the others; no text holds a 0 character, nor does an entity mean it
MARK = re.compile("\0(\\d+)\0")  # ms
DASHES = ("-", "\N{EN DASH}", "\N{EM DASH}")  # a change of speaker, not a word


def marked(line: str) -> str:
    """A line with its inline times as marks; what only looks like one is left out."""
    return INLINE.sub(_mark, line.replace("\0", "\N{REPLACEMENT CHARACTER}"))


def mark(time: float) -> str:
    """The mark of an inline time, s."""
    return f"\0{round(time * 1000)}\0"


def _mark(tag: re.Match[str]) -> str:
    stamp = STAMP.fullmatch(tag[1])
    return mark(seconds(*stamp.groups())) if stamp else ""


def unmarked(line: str) -> str:
    """The words of a line, without marks."""
    return " ".join(MARK.sub("", line).split())


def span(text: str, start: float, end: float) -> Span:
    """The words of a cue's text, with marks: a time ends one word and begins the next.

    `start` and `end` (s) are the cue's and stand before its first word and behind its last. Where
    the times do not rise from one to the other they are no measure: the words share the cue's.
    """
    texts, times = _apart(text)
    times[0].insert(0, start)
    times[-1].append(end)
    known = list(chain(*times))
    if len(known) == 2 or known != sorted(known):
        return Span(start, end, texts)
    return Span(start, end, words=_words(texts, times))


def _tokens(text: str) -> Iterator[str]:
    """Words with the marks inside them; where no spaces are put, words and marks one by one."""
    for token in text.split():
        if not UNSPACED.search(token):
            yield token
            continue
        for i, part in enumerate(MARK.split(token)):
            yield from [f"\0{part}\0"] if i % 2 else words_in(part)


def _apart(text: str) -> tuple[list[str], list[list[float]]]:
    """The words of a text, and the times (s) before each of them and behind the last.

    A time inside a word, between its syllables, is none of a word.
    """
    texts: list[str] = []
    times: list[list[float]] = [[]]
    for token in _tokens(text):
        parts = MARK.split(token)  # letters, time, letters, ..., letters
        marks = [int(ms) / 1000 for ms in parts[1::2]]  # ms -> s
        spelt = [i for i, letters in enumerate(parts[::2]) if letters]
        times[-1] += marks[: spelt[0]] if spelt else marks
        word = "".join(parts[::2])
        if spelt and word not in DASHES:
            texts.append(word)
            times.append([])
        times[-1] += marks[spelt[-1] :] if spelt else []
    return texts, times


def _words(texts: list[str], times: list[list[float]]) -> Words:
    """Words at their times; several between the same two times share what lies between."""
    words: Words = []
    first = 0
    for last, behind in enumerate(times[1:], 1):
        if behind:
            several, start, end = texts[first:last], times[first][-1], behind[0]
            alone = last - first == 1
            words += [Word(several[0], start, end, False)] if alone else spread(several, start, end)
            first = last
    return words
