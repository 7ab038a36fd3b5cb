"""Subtitles (.srt, .vtt): words at inline times, or sharing their cue's."""

from __future__ import annotations

import html
import re
from itertools import takewhile
from pathlib import Path

import pysubs2

from features.transcripts.formats.inline import marked, span, unmarked
from features.transcripts.formats.rolling import Cue, unrolled
from features.transcripts.formats.spans import in_turn
from features.transcripts.formats.text import TranscriptError, read_text
from features.words import Words

CLOCK = r"(\d{1,2}:)?\d{1,2}:\d{1,2}"
STAMP = {  # pysubs2 reads longer numbers in part, and .50 in .vtt as 50 ms, unasked
    "srt": rf"{CLOCK}[.,]\d{{1,3}}",
    "vtt": rf"{CLOCK}\.\d{{3}}",
}
TIMING = {kind: re.compile(rf"\s*{s}\s*-->\s*{s}(\s.*)?") for kind, s in STAMP.items()}
SHAPE = {"srt": "00:00:01,000 --> 00:00:02,500", "vtt": "00:00:01.000 --> 00:00:02.500"}


def read_cues(file: Path) -> Words:
    """The words of a .srt or .vtt file; raises TranscriptError naming file and line."""
    kind = file.suffix.lower()[1:]
    text = read_text(file).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    at = [i for i, line in enumerate(lines) if "-->" in line]
    if not at:
        if not text.strip() or text.startswith("WEBVTT"):
            return []
        raise TranscriptError(f"{file}: no cue in it; expected lines like {SHAPE[kind]!r}")
    cues = [
        _cue(f"{file} line {i + 1}", lines[i], _body(lines[i + 1 : end], kind, end), kind)
        for i, end in zip(at, [*at[1:], None], strict=True)
    ]
    return in_turn(span(" ".join(cue.lines), cue.start, cue.end) for cue in unrolled(cues))


def _body(lines: list[str], kind: str, following: int | None) -> list[str]:
    """The text lines of a cue, without the next cue's number, name or comment."""
    if kind == "vtt":  # ends at a blank line, but YouTube begins with one of a space
        first = list(takewhile(lambda line: line and not line.strip(), lines))
        return first + list(takewhile(str.strip, lines[len(first) :]))
    numbered = following is not None and lines and lines[-1].strip().isdigit()
    return lines[:-1] if numbered else lines


def _cue(where: str, timing: str, body: list[str], kind: str) -> Cue:
    # The number at the end is what pysubs2 expects before a next cue and drops; without it, a
    # last line of digits ("1984") would be dropped instead. Of empty lines it tries every two.
    source = "\n".join([timing, *(marked(line) for line in body if line.strip()), "", "0", ""])
    fits = TIMING[kind].fullmatch(timing)
    events = pysubs2.SSAFile.from_string(source, format_=kind) if fits else []
    if len(events) != 1:
        raise TranscriptError(f"{where}: expected a time like {SHAPE[kind]!r}, got {timing!r}")
    start, end = events[0].start / 1000, events[0].end / 1000  # ms -> s
    if end < start:
        raise TranscriptError(f"{where}: the cue ends at {end} s, before its start {start} s")
    lines = [" ".join(line.split()) for line in html.unescape(events[0].plaintext).split("\n")]
    return Cue(start, end, [line for line in lines if unmarked(line)], "\n".join(body).rstrip())
