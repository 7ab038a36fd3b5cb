"""Transcripts as a table word,start,end (.csv)."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from features.transcripts.formats.text import TranscriptError, read_text
from features.transcripts.formats.timing import Entry, placed
from features.words import Words

COLUMNS = ("word", "start", "end")


def read_rows(file: Path) -> Words:
    """The words of a .csv file with the columns word, start, end (s).

    A row whose two times are empty is placed between its neighbours. Raises TranscriptError
    naming file and line.
    """
    reader = csv.reader(
        io.StringIO(read_text(file), newline=""), strict=True, skipinitialspace=True
    )
    entries: list[Entry] = []
    header: list[str] = []
    try:
        for fields in reader:
            cells = [field.strip() for field in fields]
            where = f"{file} line {reader.line_num}"
            if not any(cells):
                continue
            if header:
                entries.append(_entry(header, cells, where))
            else:
                header = _header(cells, where)
    except csv.Error as error:
        raise TranscriptError(f"{file} line {reader.line_num}: {error}") from error
    return placed(entries)


def _header(cells: list[str], where: str) -> list[str]:
    if any(cells.count(column) != 1 for column in COLUMNS):
        hint = "; separate columns with commas" if len(cells) == 1 else ""
        raise TranscriptError(
            f"{where}: expected the header {','.join(COLUMNS)}, got {','.join(cells)!r}{hint}"
        )
    return cells


def _entry(header: list[str], cells: list[str], where: str) -> Entry:
    if len(cells) != len(header):
        hint = '; a comma inside a word needs quotes: "well,"' if len(cells) > len(header) else ""
        raise TranscriptError(f"{where}: expected {len(header)} fields, got {len(cells)}{hint}")
    row = dict(zip(header, cells, strict=True))
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
            f"{where}: {column} must be a number of seconds, got {row[column]!r}"
        ) from error
