"""Roll-up captions: each cue still shows lines of the one before, which are said once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from features.transcripts.formats.growing import grown, plain, said
from features.transcripts.formats.inline import DASHES, MARK, unmarked

FLICKER_S = 0.05  # between two cues that roll YouTube shows the line that stays for 10 ms
SCREEN = 20  # lines at most that can roll up, which bounds the time that long cues take
PAUSE_S = 0.1  # what is left of it where a program took it out, or rounded times to frames


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
    times of their own, get that time too. If it is the last one to the letter and no flicker, nor
    rolls up in the next one, somebody says the same again.
    """
    ordered = sorted((cue for cue in cues if cue.lines), key=lambda cue: cue.start)
    kept = ordered[:1]
    for (before, cue), after in zip(pairwise(ordered), [*ordered[2:], None], strict=False):
        following = after.lines if after and _touch(cue, after) else []
        lines = _new(cue, before, following) if _touch(before, cue) else cue.lines
        if lines:
            kept.append(replace(cue, lines=lines))
        elif _bare(cue.lines) == _bare(before.lines)[-len(cue.lines) :] and not _timed(kept[-1]):
            kept[-1] = replace(kept[-1], end=max(kept[-1].end, cue.end))
    return kept


def _new(cue: Cue, before: Cue, following: list[str]) -> list[str]:
    """Lines without the longest beginning with which those `before` end: what rolls up, or stays
    while more is added, is in one piece; anything else is said again.

    following  the lines of the next cue, if it comes at once
    """
    flicker = cue.end - cue.start <= FLICKER_S
    if cue.written == before.written and not flicker and not _rolls_up(cue.lines, following):
        return cue.lines
    for count in range(min(len(cue.lines), len(before.lines), SCREEN), 0, -1):
        more = flicker or count < len(cue.lines)
        if all(_stays(*both, more) for both in zip(before.lines[-count:], cue.lines, strict=False)):
            return cue.lines[count:]
    return grown(cue.lines, before.lines[-SCREEN:], following)


def _stays(old: str, new: str, more: bool) -> bool:
    """The same words, and nothing that says that they are spoken again: times, another speaker.

    Where something new is below the line (`more`) it may differ in case and punctuation, too,
    unless it was a sentence to its end: He is dead. / He is dead? / When?
    """
    bare, seen = unmarked(new), unmarked(old)
    same = bare == seen or (more and not said(seen) and plain(bare) == plain(seen) != "")
    return same and new in (bare, old) and (more or not bare.startswith(DASHES))


def _rolls_up(lines: list[str], following: list[str]) -> bool:
    return len(following) > len(lines) and _bare(following[: len(lines)]) == _bare(lines)


def _touch(cue: Cue, after: Cue) -> bool:
    return after.start <= cue.end + PAUSE_S


def _bare(lines: list[str]) -> list[str]:
    return [unmarked(line) for line in lines]


def _timed(cue: Cue) -> bool:
    return any(MARK.search(line) for line in cue.lines)
