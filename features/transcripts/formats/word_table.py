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
NAMES = {",": "commas", "\t": "tabs"}
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
    delimiter = _delimiter(file)
    header = _header(*lines[0], delimiter)
    rows = list(usable(lines[1:], lambda line: _row(header, delimiter, *line), problems))
    if set(COLUMNS) <= set(header):
        words = placed(list(usable(rows, _entry, problems)), problems)
    else:
        words = segments(rows, problems)
    return Reading(words, problems)


def _delimiter(file: Path) -> str:
    return "\t" if file.suffix.lower() == ".tsv" else ","


def _lines(file: Path) -> list[tuple[str, list[str]]]:
    """Where each line is that is not empty, and its cells; what Whisper writes has no quotes."""
    delimiter = _delimiter(file)
    reader = csv.reader(
        io.StringIO(read_text(file), newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL,
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


def _header(where: str, cells: list[str], delimiter: str) -> list[str]:
    if not any(all(cells.count(c) == 1 for c in columns) for columns in (COLUMNS, SEGMENT)):
        hint = f"; separate columns with {NAMES[delimiter]}" if len(cells) == 1 else ""
        raise TranscriptError(
            f"{where}: expected the header {','.join(COLUMNS)} or {','.join(SEGMENT)}, "
            f"got {','.join(cells)!r:.80}{hint}"
        )
    return cells


def _row(header: list[str], delimiter: str, where: str, cells: list[str]) -> Row:
    """A row's cells by column; a last one with text may hold what else stands between cells."""
    if header[-1] == SEGMENT[-1]:
        last = len(header) - 1
        behind = delimiter.strip() + " "
        cells = [*cells[:last], behind.join(cells[last:])] if len(cells) > last else cells
    if len(cells) != len(header):
        quoted = delimiter == "," and len(cells) > len(header)
        hint = '; a comma inside a word needs quotes: "well,"' if quoted else ""
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
