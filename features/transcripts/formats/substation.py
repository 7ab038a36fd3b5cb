"""Subtitles of SubStation Alpha (.ssa, .ass): the lines of dialogue, no comments and no drawings.

Read here and not by pysubs2, which fails on a bad colour and takes fields by their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from features.transcripts.formats.clock import CLOCK, seconds
from features.transcripts.formats.cues import words_of
from features.transcripts.formats.inline import mark, unmarked
from features.transcripts.formats.markup import broken
from features.transcripts.formats.reading import Reading, usable
from features.transcripts.formats.rolling import Cue
from features.transcripts.formats.text import TranscriptError, read_text

FIELDS = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
BLOCK = re.compile(r"(\{[^}]*\})")
# in a block: from here on a drawing, or text again; so long (1/100 s) is the next syllable sung
TAG = re.compile(r"\\(?:p(?P<drawing>\d{1,3})|[kK][fo]?(?P<length>\d{1,6}))")
Line = tuple[str, list[str], str]  # where it is, the names of its fields, the line


def read_substation(file: Path) -> Reading:
    """The words of a .ssa or .ass file; raises TranscriptError naming file and line.

    Words that are sung have the times of their syllables (karaoke).
    """
    text = read_text(file)
    if not text.strip():
        return Reading([])
    problems: list[str] = []
    cues = usable(_dialogue(file, text), lambda line: _cue(*line), problems)
    return Reading(words_of(list(_once(cues))), problems)


def _dialogue(file: Path, text: str) -> list[Line]:
    """The lines of dialogue; raises TranscriptError if there cannot be any."""
    section, names, lines = "", None, []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        key, _, rest = line.partition(":")
        if line.startswith("["):
            section = line.strip().lower()
        elif section == "[events]" and key.strip().lower() == "format":
            names = _names(rest)
        elif section == "[events]" and key.strip().lower() == "dialogue":
            lines.append((f"{file} line {number}", names or _names(FIELDS), rest))
    if names is None and not lines:
        raise TranscriptError(
            f"{file}: expected a section [Events] with a line 'Format: {FIELDS}', got none; "
            "was it cut off?"
        )
    return lines


def _names(fields: str) -> list[str]:
    return [name.strip().lower() for name in fields.split(",")]


def _cue(where: str, names: list[str], line: str) -> Cue:
    values = dict(zip(names, line.split(",", len(names) - 1), strict=False))
    if not {"start", "end", "text"} <= set(values):
        raise TranscriptError(
            f"{where}: expected the fields {', '.join(names)!r:.100}, got {line!r:.80}"
        )
    stamps = [re.fullmatch(CLOCK, values[name].strip()) for name in ("start", "end")]
    if not stamps[0] or not stamps[1]:
        raise TranscriptError(
            f"{where}: expected times like 0:00:01.50, "
            f"got {values['start']!r:.40} and {values['end']!r:.40}"
        )
    start, end = (seconds(*stamp.groups()) for stamp in stamps if stamp)
    if end < start:
        raise TranscriptError(f"{where}: the cue ends at {end} s, before its start {start} s")
    shown = broken(
        "".join(_shown(values["text"].replace("\0", "\N{REPLACEMENT CHARACTER}"), start))
    )
    lines = [" ".join(line.split()) for line in shown.split("\n")]
    return Cue(start, end, [line for line in lines if unmarked(line)], values["text"].strip())


def _shown(text: str, start: float) -> Iterator[str]:
    """What is written of a text, with marks where syllables begin to be sung, and where all end."""
    head, last, tail = text.rpartition("}")  # behind it no block ends
    drawing, sung = False, 0
    for part in [*BLOCK.split(head + last), tail]:
        if not BLOCK.fullmatch(part):
            yield "" if drawing else part
            continue
        for tag in TAG.finditer(part):
            if tag["drawing"]:
                drawing = int(tag["drawing"]) > 0
            else:
                yield mark(start + sung / 100)
                sung += int(tag["length"])
    yield mark(start + sung / 100) if sung else ""


def _once(cues: Iterable[Cue]) -> Iterator[Cue]:
    """Cues, of those with one text at one time the first: shadows lie in layers of their own."""
    seen = set()
    for cue in cues:
        key = cue.start, cue.end, unmarked(" ".join(cue.lines))
        if key not in seen:
            yield cue
        seen.add(key)
