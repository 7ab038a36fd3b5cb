"""CSV tables as people really write them, each row with the line it stands on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from features.corpus import CorpusError, nearest


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column name, stripped, and the line of the file it ends on."""

    file: Path
    line: int
    cells: dict[str, str]

    def error(self, problem: str) -> CorpusError:
        """A CorpusError that says where this row is."""
        return CorpusError(f"{self.file} line {self.line}: {problem}")


def read_table(file: Path, columns: tuple[str, ...]) -> list[Row]:
    """Every row of a comma-separated UTF-8 file whose header names at least `columns`.

    A byte order mark, CRLF, blank lines, further columns and any column order are all welcome.
    Raises CorpusError naming file and line, or file and byte where it is not UTF-8.
    """
    lines = _records(file)
    _, header = next(lines, (1, []))
    _check_header(file, header, columns)
    rows = []
    for line, fields in lines:
        row = Row(file, line, dict(zip(header, fields, strict=False)))
        if len(fields) != len(header):
            hint = "; a decimal comma? write 0.5" if len(fields) > len(header) else ""
            raise row.error(f"expected {len(header)} fields, got {len(fields)}{hint}")
        rows.append(row)
    return rows


def _records(file: Path) -> Iterator[tuple[int, list[str]]]:
    """(line, stripped fields) of every line that is not blank, the header first."""
    reader = csv.reader(io.StringIO(_text(file), newline=""), strict=True)
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                yield reader.line_num, [field.strip() for field in fields]
    except csv.Error as error:
        raise CorpusError(f"{file} line {reader.line_num}: {error}") from error


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{file} must be UTF-8, but byte {error.start} is 0x{error.object[error.start]:02x}"
        ) from error


def _check_header(file: Path, header: list[str], columns: tuple[str, ...]) -> None:
    expected = f"{file} line 1: expected the header {','.join(columns)}"
    if not header:
        raise CorpusError(f"{expected}, got an empty file")
    for delimiter, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if any(delimiter in field for field in header):
            raise CorpusError(f"{expected}, separated by commas, got {name}: {','.join(header)!r}")
    for column in columns:
        if header.count(column) > 1:
            raise CorpusError(f"{expected}, got column {column!r} twice")
        if column not in header:
            hint = nearest(column, header)
            raise CorpusError(f"{expected}, got {','.join(header)!r}: no column {column!r}{hint}")
