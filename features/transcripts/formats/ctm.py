"""NIST's time marked words (.ctm), as sclite and Kaldi write them.

A line is `recording channel start duration word`, times in s, and may end in a confidence and more;
lines that begin with ;; are comments.
"""

from __future__ import annotations

from pathlib import Path

from features.transcripts.formats.reading import Reading, usable
from features.transcripts.formats.text import SILENCE, TranscriptError, read_text
from features.transcripts.formats.timing import Entry, measured
from features.words import Word

COMMENT, ALTERNATIVES = ";;", "<ALT"
Line = tuple[str, list[str]]  # where it is, its fields


def read_ctm(file: Path) -> Reading:
    """The words of a .ctm file about one recording, those of all channels.

    Raises TranscriptError naming file and line.
    """
    lines: list[Line] = [
        (f"{file} line {number}", line.split())
        for number, line in enumerate(read_text(file).splitlines(), 1)
        if line.strip() and not line.startswith(COMMENT)
    ]
    problems: list[str] = []
    words = list(usable(lines, _word, problems))
    _check_one_saying(file, lines)
    return Reading([word for word in words if word.text.lower() not in SILENCE], problems)


def _check_one_saying(file: Path, lines: list[Line]) -> None:
    """Raises TranscriptError for several recordings, or several versions of what is said."""
    for where, fields in lines:
        if any(field.upper().startswith(ALTERNATIVES) for field in fields):
            raise TranscriptError(f"{where}: alternative words; keep one of them")
    recordings = sorted({fields[0] for _, fields in lines if len(fields) >= 5})
    if len(recordings) > 1:
        raise TranscriptError(
            f"{file}: expected the words of one recording, got those of {', '.join(recordings[:5])}"
            f"{' ...' if len(recordings) > 5 else ''}; write a file for each clip"
        )


def _word(line: Line) -> Word:
    where, fields = line
    if len(fields) < 5:
        raise TranscriptError(
            f"{where}: expected 'recording channel start duration word', "
            f"got {' '.join(fields)!r:.80}"
        )
    try:
        start, duration = float(fields[2]), float(fields[3])
    except ValueError as error:
        raise TranscriptError(
            f"{where}: start and duration must be seconds, got {fields[2]!r} and {fields[3]!r}"
        ) from error
    return measured(Entry(fields[4], start, start + duration, where))
