"""CSV tables as people really write them, each row with the line it stands on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from features.corpus import CorpusError, Rejection, composed
from features.nearest import nearest


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column name, stripped, and the line of the file it ends on."""

    file: Path
    line: int
    cells: dict[str, str]

    def error(self, problem: str) -> CorpusError:
        """A CorpusError that says where this row is."""
        return CorpusError(f"{self.file} line {self.line}: {problem}")

    def number(self, column: str) -> float:
        """The number in a cell; raises CorpusError naming file and line if it is none."""
        text = self.cells[column]
        try:
            if "_" in text:
                raise ValueError("Python reads 1_0 as 10; a table does not mean that")
            return float(text)
        except ValueError as error:
            shown = self._shown(column)
            comma = "," in text and shown == repr(text)
            hint = f"; a decimal comma? write {text.replace(',', '.')}" if comma else ""
            raise self.error(f"{column} must be a number, got {shown}{hint}") from error

    def _shown(self, column: str) -> str:
        """A cell as an error may show it: behind a column of text it may be more of the text."""
        columns, text = list(self.cells), self.cells[column]
        behind = "text" in columns[: columns.index(column)]
        return "words" if behind and any(letter.isalpha() for letter in text) else repr(text)


DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def read_table(
    file: Path,
    columns: tuple[str, ...],
    delimiter: str = ",",
    bad: list[Rejection] | None = None,
    optional: tuple[str, ...] = (),
    distinct: bool = False,
) -> list[Row]:
    """Every row of a delimited UTF-8 file whose header names at least `columns`.

    A byte order mark, CRLF, blank lines, further columns and any column order are all welcome.
    bad       takes the rows with too few or too many fields, by the first of `columns`; without
              it one such row is an error
    optional  columns that are read where they are there
    distinct  any column may be read, so that none may be there twice
    Raises CorpusError naming file and line, or file and byte where it is not UTF-8.
    """
    lines = _records(file, delimiter)
    _, header = next(lines, (1, []))
    _check_header(file, header, columns, optional, delimiter)
    if distinct:
        _check_distinct(file, header)
    rows = []
    for line, fields in lines:
        row = Row(file, line, dict(zip(header, fields, strict=False)))
        if len(fields) != len(header):
            hint = "; a decimal comma? write 0.5" if len(fields) > len(header) else ""
            error = row.error(f"expected {len(header)} fields, got {len(fields)}{hint}")
            if bad is None:
                raise error
            bad.append(Rejection(composed(row.cells.get(columns[0], "")), file, str(error)))
            continue
        rows.append(row)
    return rows


def header_of(file: Path, delimiter: str = ",") -> list[str]:
    """The names of a table's columns, unchecked; none of an empty file.

    Raises CorpusError naming file and byte where it is not UTF-8.
    """
    return next(_records(file, delimiter), (1, []))[1]


def _records(file: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line, stripped fields) of every line that is not blank, the header first."""
    reader = csv.reader(io.StringIO(text_of(file), newline=""), delimiter=delimiter, strict=True)
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                yield reader.line_num, [field.strip() for field in fields]
    except csv.Error as error:
        raise CorpusError(f"{file} line {reader.line_num}: {error}") from error


def text_of(file: Path) -> str:
    """The text of a file that must be UTF-8; raises CorpusError naming the byte that is not."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{file} must be UTF-8, but byte {error.start} is 0x{error.object[error.start]:02x}"
        ) from error


def _check_header(
    file: Path,
    header: list[str],
    columns: tuple[str, ...],
    optional: tuple[str, ...],
    delimiter: str,
) -> None:
    wanted, got = delimiter.join(columns + optional), delimiter.join(header)
    expected = f"{file} line 1: expected the header {wanted}"
    if not header:
        raise CorpusError(f"{expected}, got an empty file")
    for other, name in DELIMITERS.items():
        if other != delimiter and any(other in field for field in header):
            here = DELIMITERS[delimiter]
            raise CorpusError(f"{expected}, separated by {here}, got {name}: {got!r}")
    for column in columns + optional:
        if header.count(column) > 1:
            raise CorpusError(f"{expected}, got column {column!r} twice")
    for column in columns:
        if column not in header:
            hint = nearest(column, header)
            raise CorpusError(f"{expected}, got {got!r}: no column {column!r}{hint}")


def _check_distinct(file: Path, header: list[str]) -> None:
    for column in filter(None, header):
        if header.count(column) > 1:
            raise CorpusError(f"{file} line 1: got column {column!r} twice")
