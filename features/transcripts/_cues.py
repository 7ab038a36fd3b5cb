"""Subtitle cues (.srt, .vtt) -> words, each cue's time shared out among its words."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import pysubs2

from features.transcripts._text import TranscriptError, read_text
from features.words import Words, spread

STAMP = r"(\d{1,2}:)?\d{1,2}:\d{1,2}[.,]\d{1,3}"  # pysubs2 reads longer numbers in part, unasked
TIMING = re.compile(rf"\s*{STAMP}\s*-->\s*{STAMP}(\s.*)?")
SHAPE = {"srt": "00:00:01,000 --> 00:00:02,500", "vtt": "00:00:01.000 --> 00:00:02.500"}
INLINE_TIME = re.compile(r"<[\d:.]+>")  # karaoke times in .vtt, which pysubs2 takes for a cue
DASHES = ("-", "\N{EN DASH}", "\N{EM DASH}")  # a change of speaker, not a word


@dataclass(frozen=True, slots=True)
class Cue:
    """Words shown from `start` to `end`, in seconds."""

    start: float
    end: float
    words: list[str]


def read_cues(file: Path) -> Words:
    """A .srt or .vtt file -> its words; raises TranscriptError naming file and line."""
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
    return [
        word
        for cue in _one_at_a_time([cue for cue in cues if cue.words])
        for word in spread(cue.words, cue.start, cue.end)
    ]


def _body(lines: list[str], kind: str, following: int | None) -> list[str]:
    """The text lines of a cue, without the next cue's number, name or comment."""
    if kind == "vtt":
        return list(takewhile(str.strip, lines))
    numbered = following is not None and lines and lines[-1].strip().isdigit()
    return lines[:-1] if numbered else lines


def _cue(where: str, timing: str, body: list[str], kind: str) -> Cue:
    # The number at the end is what pysubs2 expects before a next cue and drops; without it, a
    # last line of digits ("1984") would be dropped instead.
    source = "\n".join([timing, *(INLINE_TIME.sub("", line) for line in body), "", "0", ""])
    events = pysubs2.SSAFile.from_string(source, format_=kind) if TIMING.fullmatch(timing) else []
    if len(events) != 1:
        raise TranscriptError(f"{where}: expected a time like {SHAPE[kind]!r}, got {timing!r}")
    start, end = events[0].start / 1000, events[0].end / 1000  # ms -> s
    if end < start:
        raise TranscriptError(f"{where}: the cue ends at {end} s, before its start {start} s")
    words = html.unescape(events[0].plaintext).split()
    return Cue(start, end, [word for word in words if word not in DASHES])


def _one_at_a_time(cues: list[Cue]) -> list[Cue]:
    """Cues by start; one is cut short where the next begins, two that begin together are one.

    Cutting cues rather than words keeps what each speaker says in one piece.
    """
    out: list[Cue] = []
    for cue in sorted(cues, key=lambda cue: cue.start):
        last = out[-1] if out else None
        if last and cue.start == last.start:
            out[-1] = Cue(cue.start, max(last.end, cue.end), last.words + cue.words)
            continue
        if last and cue.start < last.end:
            out[-1] = Cue(last.start, cue.start, last.words)
        out.append(cue)
    return out
