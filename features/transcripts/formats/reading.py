"""What could be read of a transcript file, and what could not.

An entry - a cue, a segment, a row, a word - costs only itself where it ends before it begins, lies
before 0 s, has half a time, none that can be read, no text, too few or too many fields, or no time
and no neighbour to get one from. A file that is not text, not JSON, has no header, another shape,
or the words of several recordings is none that anything of can be trusted: TranscriptError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from features.transcripts.formats.text import TranscriptError
from features.words import Words

T = TypeVar("T")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a transcript file, and a line for each entry that is left out.

    problems  "<file> <place>: <reason>"
    """

    words: Words
    problems: list[str] = field(default_factory=list)

    def checked(self) -> Reading:
        """Itself; raises TranscriptError if there is nothing but problems."""
        if self.words or not self.problems:
            return self
        more = len(self.problems) - 1
        also = f"; nor can {more} more entr{'y' if more == 1 else 'ies'} of it be read"
        raise TranscriptError(f"{self.problems[0]}{also if more else ''}")


def usable(items: Iterable[Item], read: Callable[[Item], T], problems: list[str]) -> Iterator[T]:
    """What `read` makes of items; one for which it raises TranscriptError becomes a problem."""
    for item in items:
        try:
            yield read(item)
        except TranscriptError as error:
            problems.append(str(error))
