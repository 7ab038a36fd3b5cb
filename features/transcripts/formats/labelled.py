"""Subtitles in which a cue begins with the name of who speaks, as Zoom writes them: Ann Li: Hi."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from features.transcripts.formats.rolling import Cue

ENOUGH, SHARE = 5, 0.8  # cues at least, and how many of them begin with a name
LONGEST = 3  # words in a name


def unlabelled(cues: Sequence[Cue]) -> list[Cue]:
    """Cues without the names before what is said, if most begin with one of a few.

    A name is one to three words, none of which begins with a small letter, and a colon. Where it
    stands before few cues it may be said: Look: there.
    """
    filled = [cue for cue in cues if cue.lines]
    found = [name for cue in filled if (name := _name(cue.lines[0]))]
    few = 2 * len(set(found)) <= len(found)
    if len(filled) < ENOUGH or len(found) < SHARE * len(filled) or not few:
        return list(cues)
    return [replace(cue, lines=_without(cue.lines)) for cue in cues]


def _name(line: str) -> str:
    """The name at the beginning of a line, perhaps behind >>, "" if there is none."""
    name, colon, said = line.lstrip("> ").partition(":")
    words = name.split()
    named = 0 < len(words) <= LONGEST and all(w[0].isalpha() and not w[0].islower() for w in words)
    return name if colon and named and said[:1] in ("", " ") else ""


def _without(lines: list[str]) -> list[str]:
    """Lines without the name before the first."""
    if not lines or not _name(lines[0]):
        return lines
    rest = lines[0].partition(":")[2].strip()
    return [rest, *lines[1:]] if rest else lines[1:]
