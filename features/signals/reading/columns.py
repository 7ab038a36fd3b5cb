"""What a table is to whoever reads it: named columns, of which some are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from features.nearest import nearest

SHOWN = 12  # names of columns in a message; an OpenFace table has seven hundred


class TableError(ValueError):
    """The table of a clip cannot be used: which, where in it, what was expected, what was found."""


@dataclass(frozen=True, eq=False)
class Columns:
    """Some columns of a table, all of its rows.

    numbers  {name: float64 (T,)}, NaN where the table has no number
    labels   {name: str (T,)}, see `label`
    clocks   of numbers: those that were times of day, which are in s whatever unit was meant
    lines    (T,) the line of each row, or its number from 0 in files that have no lines
    what     "line" or "row"
    """

    file: Path
    numbers: Mapping[str, np.ndarray]
    labels: Mapping[str, np.ndarray]
    clocks: frozenset[str]
    lines: Sequence[int] | np.ndarray
    what: str

    def __len__(self) -> int:
        return len(self.lines)

    def at(self, rows: np.ndarray) -> Columns:
        """Some rows of them, by number."""
        numbers = {name: x[rows] for name, x in self.numbers.items()}
        labels = {name: x[rows] for name, x in self.labels.items()}
        lines = np.asarray(self.lines)[rows]
        return Columns(self.file, numbers, labels, self.clocks, lines, self.what)

    def error(self, row: int, problem: str) -> TableError:
        """A TableError that says where a row is."""
        return TableError(f"{self.file} {self.what} {self.lines[row]}: {problem}")


class Source(Protocol):
    """A table that is open to be read. All of it raises TableError."""

    file: Path
    names: tuple[str, ...]  # of all columns, in the order of the file

    def plain(self) -> Collection[str]:
        """The names of the columns that hold numbers, found out without reading all of them."""
        ...

    def read(
        self, numbers: Collection[str], clocks: Collection[str], labels: Collection[str]
    ) -> Columns:
        """Columns of numbers, columns of times (numbers or times of day) and columns of labels."""
        ...


def no_column(file: Path, name: str, known: Sequence[str]) -> TableError:
    """The TableError for a column that a table lacks: what there is, and the nearest name."""
    there = ", ".join(map(repr, known[:SHOWN])) + (", ..." if len(known) > SHOWN else "")
    return TableError(
        f"{file} has no column {name!r}{nearest(name, known)}; its {len(known)} columns: {there}"
    )


def label(text: str) -> str:
    """One spelling of a label, so that 0, "0" and " 0.0" are the same face."""
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() else repr(number)


def finite(values: np.ndarray) -> np.ndarray:
    """Numbers as float64, NaN in place of infinity, which is no number that was measured."""
    values = np.asarray(values, np.float64)
    return np.where(np.isinf(values), np.nan, values)
