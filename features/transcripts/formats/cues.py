"""Subtitles (.srt, .vtt): words at inline times, or sharing their cue's.

They are read as people and programs write them. A fraction of a second has a point or a comma, any
number of digits or is left out; a text goes on below empty lines, up to the next cue.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from features.transcripts.formats.clock import CLOCK, seconds
from features.transcripts.formats.inline import marked, span, unmarked
from features.transcripts.formats.labelled import unlabelled
from features.transcripts.formats.markup import untagged
from features.transcripts.formats.reading import Reading, usable
from features.transcripts.formats.rolling import Cue, unrolled
from features.transcripts.formats.spans import in_turn
from features.transcripts.formats.text import TranscriptError, read_text
from features.words import Words

ARROW = r"\s*(?:--?\s?>|[\u2013\u2014\u2212]{1,2}>|\u2192)\s*"
TIMING = re.compile(rf"\s*{CLOCK}{ARROW}{CLOCK}(?:\s.*)?")
# what was meant to be one; an arrow between other things is said: from A --> B
MEANT = re.compile(rf"\s*\S{{0,20}}\d:\d\S{{0,20}}{ARROW}|\s*\S{{1,20}}{ARROW}\S{{0,20}}\d:\d")
ASIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")  # blocks of a .vtt file that are no cue
SPACED = re.compile(r"(?<=\d)\s+(?=[:,.]\s*\d)|(?<=[:,.])\s+(?=\d)")  # inside a time
SHAPE = {"srt": "00:00:01,000 --> 00:00:02,500", "vtt": "00:00:01.000 --> 00:00:02.500"}


def read_cues(file: Path) -> Reading:
    """The words of a .srt or .vtt file; raises TranscriptError naming file and line."""
    text = read_text(file).replace("\r\n", "\n").replace("\r", "\n")
    kind = "vtt" if text.startswith("WEBVTT") else file.suffix.lower()[1:]
    lines = [_closed(line) for line in text.split("\n")]
    at = [i for i, line in enumerate(lines) if TIMING.fullmatch(line) or MEANT.match(line)]
    if not at:
        if not text.strip() or text.startswith("WEBVTT"):
            return Reading([])
        raise TranscriptError(f"{file}: no cue in it; expected lines like {SHAPE[kind]!r}")
    blocks = [
        (f"{file} line {i + 1}", lines[i], _body(lines[i + 1 : end], kind, end))
        for i, end in zip(at, [*at[1:], None], strict=True)
    ]
    problems: list[str] = []
    cues = list(usable(blocks, lambda block: _cue(*block, SHAPE[kind]), problems))
    return Reading(words_of(cues), problems)


def _closed(line: str) -> str:
    """A line with times as translating programs leave them, 00: 00: 01, 000, without the spaces."""
    if ">" not in line and "\u2192" not in line:
        return line
    closed = SPACED.sub("", line)
    return closed if TIMING.fullmatch(closed) else line


def words_of(cues: Sequence[Cue]) -> Words:
    """The words of cues, each once though it stays while others roll up, and no speakers' names."""
    shown = unrolled(unlabelled(cues))
    return in_turn(span(" ".join(cue.lines), cue.start, cue.end) for cue in shown)


def _body(lines: list[str], kind: str, following: int | None) -> list[str]:
    """The lines of text below a cue's time, without the next cue's number or name, or comments."""
    if following is not None and lines:
        lines = lines[: _named(lines, kind)]
    if kind == "srt":
        return lines
    kept: list[str] = []
    for filled, group in groupby(lines, key=lambda line: bool(line.strip())):
        block = list(group)
        if not (filled and ASIDE.match(block[0]) and kept):
            kept += block
    return kept


def _named(lines: list[str], kind: str) -> int:
    """How many of the lines above a cue's time are of the cue before, and not its number or name.

    Where an empty line is behind every line, there is one behind the number and one before it.
    """
    filled = [i for i, line in enumerate(lines) if line.strip()]
    if not filled:
        return len(lines)
    last, close = filled[-1], filled[-1] == len(lines) - 1
    alone = last > 0 and not lines[last - 1].strip()
    if lines[last].strip().isdigit():
        return last if close or (alone and len(filled) > 1) else len(lines)
    return last if kind == "vtt" and close and alone else len(lines)


def _cue(where: str, timing: str, body: list[str], shape: str) -> Cue:
    fits = TIMING.fullmatch(timing)
    if not fits:
        raise TranscriptError(f"{where}: expected a time like {shape!r}, got {timing!r:.80}")
    start, end = seconds(*fits.groups()[:4]), seconds(*fits.groups()[4:])
    if end < start:
        raise TranscriptError(f"{where}: the cue ends at {end} s, before its start {start} s")
    shown = untagged("\n".join(marked(line) for line in body))
    lines = [" ".join(line.split()) for line in shown.split("\n")]
    return Cue(start, end, [line for line in lines if unmarked(line)], "\n".join(body).rstrip())
