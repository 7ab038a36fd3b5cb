"""Captions that roll: each cue still shows lines of the one before, which are said once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from features.transcripts._inline import MARK, unmarked

FLICKER_S = 0.05  # between two cues that roll YouTube shows the line that stays for 10 ms


@dataclass(frozen=True, slots=True)
class Cue:
    """Lines shown from `start` to `end`, in seconds; without tags, their inline times as marks.

    written  the cue as it stands in the file, tags and all
    """

    start: float
    end: float
    lines: list[str]
    written: str


def unrolled(cues: Iterable[Cue]) -> list[Cue]:
    """Cues by start, with those lines alone that the one before, if it touches, does not show.

    A cue with nothing new goes on showing what the last one said; its words, unless they have
    times of their own, get that time too. If it is the last one to the letter and no flicker,
    somebody says the same again.
    """
    kept: list[Cue] = []
    before = None
    for cue in sorted((cue for cue in cues if cue.lines), key=lambda cue: cue.start):
        touches = before is not None and cue.start <= before.end
        again = before and cue.written == before.written and cue.end - cue.start > FLICKER_S
        lines = _new(cue.lines, before.lines) if before and touches and not again else cue.lines
        if lines:
            kept.append(replace(cue, lines=lines))
        elif before and _bare(cue) == _bare(before)[-len(cue.lines) :] and not _timed(kept[-1]):
            kept[-1] = replace(kept[-1], end=max(kept[-1].end, cue.end))
        before = cue
    return kept


def _new(lines: list[str], before: list[str]) -> list[str]:
    """Lines that repeat none of `before`; one with other inline times is said again."""
    left, same = Counter(map(unmarked, before)), set(before)
    new = []
    for line in lines:
        bare = unmarked(line)
        if left[bare] and (line == bare or line in same):
            left[bare] -= 1  # one line is repeated once: "no" over "no" is said twice
        else:
            new.append(line)
    return new


def _bare(cue: Cue) -> list[str]:
    return [unmarked(line) for line in cue.lines]


def _timed(cue: Cue) -> bool:
    return any(MARK.search(line) for line in cue.lines)
