"""Transcripts as a table word,start,end or start,end,text (.csv, .tsv)."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from features.transcripts.formats.reading import Reading, usable
from features.transcripts.formats.segment_table import SEGMENT, segments
from features.transcripts.formats.text import TranscriptError, read_text
from features.transcripts.formats.timing import Entry, placed

COLUMNS = ("word", "start", "end")
NAMES = {".csv": "commas", ".tsv": "tabs"}
Row = tuple[str, dict[str, str]]  # where it is, its cells by column


def read_rows(file: Path) -> Reading:
    """The words of a table with the columns word, start, end (s), or of Whisper's with start, end
    (ms), text.

    A word whose two times are empty is placed between its neighbours. Raises TranscriptError
    naming file and line.
    """
    lines = _lines(file)
    if not lines:
        return Reading([])
    problems: list[str] = []
    header = _header(*lines[0], file.suffix.lower())
    rows = list(usable(lines[1:], lambda line: _row(header, *line), problems))
    if set(COLUMNS) <= set(header):
        words = placed(list(usable(rows, _entry, problems)), problems)
    else:
        words = segments(rows, problems)
    return Reading(words, problems)


def _lines(file: Path) -> list[tuple[str, list[str]]]:
    """Where each line is that is not empty, and its cells; what Whisper writes has no quotes."""
    tabs = file.suffix.lower() == ".tsv"
    reader = csv.reader(
        io.StringIO(read_text(file), newline=""),
        delimiter="\t" if tabs else ",",
        quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL,
        strict=True,
        skipinitialspace=True,
    )
    lines = []
    try:
        for fields in reader:
            cells = [field.strip() for field in fields]
            if any(cells):
                lines.append((f"{file} line {reader.line_num}", cells))
    except csv.Error as error:
        raise TranscriptError(f"{file} line {reader.line_num}: {error}") from error
    return lines


def _header(where: str, cells: list[str], suffix: str) -> list[str]:
    if not any(all(cells.count(c) == 1 for c in columns) for columns in (COLUMNS, SEGMENT)):
        hint = f"; separate columns with {NAMES[suffix]}" if len(cells) == 1 else ""
        raise TranscriptError(
            f"{where}: expected the header {','.join(COLUMNS)} or {','.join(SEGMENT)}, "
            f"got {','.join(cells)!r:.80}{hint}"
        )
    return cells


def _row(header: list[str], where: str, cells: list[str]) -> Row:
    if len(cells) != len(header):
        hint = '; a comma inside a word needs quotes: "well,"' if len(cells) > len(header) else ""
        raise TranscriptError(f"{where}: expected {len(header)} fields, got {len(cells)}{hint}")
    return where, dict(zip(header, cells, strict=True))


def _entry(line: Row) -> Entry:
    where, row = line
    if not row["word"]:
        raise TranscriptError(f"{where}: the word is empty")
    return Entry(row["word"], _seconds(row, "start", where), _seconds(row, "end", where), where)


def _seconds(row: dict[str, str], column: str, where: str) -> float | None:
    if not row[column]:
        return None
    try:
        return float(row[column])
    except ValueError as error:
        raise TranscriptError(
            f"{where}: {column} must be a number of seconds, got {row[column]!r:.80}"
        ) from error
