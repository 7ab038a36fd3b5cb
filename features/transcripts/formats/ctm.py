"""NIST's time marked words (.ctm), as sclite and Kaldi write them.

A line is `recording channel start duration word`, times in s, and may end in a confidence and more;
lines that begin with ;; are comments.
"""

from __future__ import annotations

from pathlib import Path

from features.transcripts.formats.text import SILENCE, TranscriptError, read_text
from features.transcripts.formats.timing import Entry, measured
from features.words import Word, Words

COMMENT, ALTERNATIVES = ";;", "<ALT"


def read_ctm(file: Path) -> Words:
    """The words of a .ctm file about one recording, those of all channels.

    Raises TranscriptError naming file and line.
    """
    lines = [
        (f"{file} line {number}", line.split())
        for number, line in enumerate(read_text(file).splitlines(), 1)
        if line.strip() and not line.startswith(COMMENT)
    ]
    words = [_word(where, fields) for where, fields in lines]
    recordings = sorted({fields[0] for _, fields in lines})
    if len(recordings) > 1:
        raise TranscriptError(
            f"{file}: expected the words of one recording, got those of {', '.join(recordings[:5])}"
            f"{' ...' if len(recordings) > 5 else ''}; write a file for each clip"
        )
    return [word for word in words if word.text.lower() not in SILENCE]


def _word(where: str, fields: list[str]) -> Word:
    if any(field.upper().startswith(ALTERNATIVES) for field in fields):
        raise TranscriptError(f"{where}: alternative words; keep one of them")
    if len(fields) < 5:
        raise TranscriptError(
            f"{where}: expected 'recording channel start duration word', got {' '.join(fields)!r}"
        )
    try:
        start, duration = float(fields[2]), float(fields[3])
    except ValueError as error:
        raise TranscriptError(
            f"{where}: start and duration must be seconds, got {fields[2]!r} and {fields[3]!r}"
        ) from error
    return measured(Entry(fields[4], start, start + duration, where))
