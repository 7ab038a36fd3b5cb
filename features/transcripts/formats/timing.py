"""Times for words that a transcript has none for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from features.transcripts.formats.reading import usable
from features.transcripts.formats.text import TranscriptError
from features.words import Word, Words, spread


@dataclass(frozen=True, slots=True)
class Entry:
    """A word as a file has it: times in seconds or None, and where it stands in the file."""

    text: str
    start: float | None
    end: float | None
    where: str


def placed(
    entries: Sequence[Entry],
    problems: list[str],
    start: float | None = None,
    end: float | None = None,
) -> Words:
    """The words of entries; those without times share the gap between their timed neighbours.

    `start` and `end` (s) bound the first and the last gap; None where nothing does. What has half a
    time, reversed times or no neighbour is left out and added to `problems`.
    """
    known = list(usable(entries, _timed, problems))
    words: Words = []
    done = 0
    for timed, group in groupby(known, key=lambda found: isinstance(found, Word)):
        run = list(group)
        done += len(run)
        if timed:
            words += [found for found in run if isinstance(found, Word)]
            continue
        lost = [found for found in run if isinstance(found, Entry)]
        after = known[done] if done < len(known) else None
        left = words[-1].end if words else start
        right = after.start if after else end
        if left is None or right is None:
            side = "before" if left is None else "after"
            problems += [f"{e.where}: {e.text!r} has no time, nor a time {side} it" for e in lost]
        else:
            words += spread([entry.text for entry in lost], min(left, right), right)
    return words


def _timed(entry: Entry) -> Word | Entry:
    """The word of an entry; itself if it has no time at all."""
    return entry if entry.start is None and entry.end is None else measured(entry)


def measured(entry: Entry) -> Word:
    """The word of an entry with times; raises TranscriptError naming the entry."""
    if entry.start is None or entry.end is None:
        raise TranscriptError(
            f"{entry.where}: {entry.text!r:.80} needs start and end, or neither; "
            f"got {entry.start} and {entry.end}"
        )
    try:
        return Word(entry.text, entry.start, entry.end, False)
    except ValueError as error:
        raise TranscriptError(f"{entry.where}: {error}") from error


def in_order(words: Sequence[Word]) -> Words:
    """Words by start; one that runs into the next is cut short there, none is lost."""
    ordered = sorted(words, key=lambda word: (word.start, word.end))
    cut = [replace(word, end=min(word.end, later.start)) for word, later in pairwise(ordered)]
    return cut + ordered[-1:]
