"""Roll-up captions: each cue still shows lines of the one before, which are said once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from features.transcripts.formats.inline import DASHES, MARK, unmarked

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
    """The cues of roll-up captions by start, each without the lines that the one before shows.

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
    """Lines without the longest beginning with which those `before` end: what rolls up, or stays
    while more is added, is in one piece; anything else is said again."""
    for count in range(min(len(lines), len(before)), 0, -1):
        if all(map(_stays, before[-count:], lines[:count])):
            return lines[count:]
    return lines


def _stays(old: str, new: str) -> bool:
    """The same words, and nothing that says that they are spoken again: times, another speaker."""
    bare = unmarked(new)
    return bare == unmarked(old) and new in (bare, old) and not bare.startswith(DASHES)


def _bare(cue: Cue) -> list[str]:
    return [unmarked(line) for line in cue.lines]


def _timed(cue: Cue) -> bool:
    return any(MARK.search(line) for line in cue.lines)
