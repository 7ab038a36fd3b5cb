"""Times for words that a transcript has none for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from features.transcripts.formats.text import TranscriptError
from features.words import Word, Words, spread


@dataclass(frozen=True, slots=True)
class Entry:
    """A word as a file has it: times in seconds or None, and where it stands in the file."""

    text: str
    start: float | None
    end: float | None
    where: str


def placed(entries: Sequence[Entry], start: float | None = None, end: float | None = None) -> Words:
    """The words of entries; those without times share the gap between their timed neighbours.

    `start` and `end` (s) bound the first and the last gap; None where nothing does.
    Raises TranscriptError naming the entry: half a time, reversed times, no neighbour.
    """
    known = [measured(entry) if _is_timed(entry) else None for entry in entries]
    words: Words = []
    done = 0
    for timed, group in groupby(known, key=lambda word: word is not None):
        run = list(group)
        first, done = done, done + len(run)
        if timed:
            words += [word for word in run if word]
            continue
        after = known[done] if done < len(known) else None
        left = words[-1].end if words else start
        right = after.start if after else end
        if left is None or right is None:
            lost, side = entries[first], "before" if left is None else "after"
            raise TranscriptError(f"{lost.where}: {lost.text!r} has no time, nor a time {side} it")
        words += spread([entry.text for entry in entries[first:done]], min(left, right), right)
    return words


def measured(entry: Entry) -> Word:
    """The word of an entry with times; raises TranscriptError naming the entry."""
    if entry.start is None or entry.end is None:
        raise TranscriptError(
            f"{entry.where}: {entry.text!r} needs start and end, or neither; "
            f"got {entry.start} and {entry.end}"
        )
    try:
        return Word(entry.text, entry.start, entry.end, False)
    except ValueError as error:
        raise TranscriptError(f"{entry.where}: {error}") from error


def _is_timed(entry: Entry) -> bool:
    return entry.start is not None or entry.end is not None


def in_order(words: Sequence[Word]) -> Words:
    """Words by start; one that runs into the next is cut short there, none is lost."""
    ordered = sorted(words, key=lambda word: (word.start, word.end))
    cut = [replace(word, end=min(word.end, later.start)) for word, later in pairwise(ordered)]
    return cut + ordered[-1:]
