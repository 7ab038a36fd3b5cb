"""Tables of text: .csv, .tsv and .txt, whatever parts their cells."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from pathlib import Path

import numpy as np

from features.signals.reading.cells import Cells, Clock, is_number
from features.signals.reading.columns import Columns, TableError, label
from features.signals.reading.lines import lines

DELIMITERS = ("\t", ";", ",")  # of those that part a header into as many names the first is meant
BLOCK = 4096  # rows turned into numbers at a time
LOOKED_AT = 200  # rows that tell whether a column holds numbers


class Delimited:
    """A table of text, of which only the cells that are asked for are kept.

    delimiter  what parts the cells; None: found out from the header

    Raises TableError where there is no header of names or the text is no table.
    """

    def __init__(self, file: Path, delimiter: str | None = None):
        self.file = file
        self._delimiter = delimiter or _parted_by(_header(file))
        self._comma = self._delimiter != ","
        _, header = next(self._records(), (0, []))
        self.names = tuple(name.strip() for name in header)
        if not any(self.names):
            raise TableError(f"{file} line 1: expected a header of column names, got none")
        if all(is_number(name, self._comma) for name in self.names):
            raise TableError(
                f"{file} line 1: expected a header of column names, got numbers: "
                f"{', '.join(self.names[:4])}; write the names above them, or save them as .npy"
            )

    def plain(self) -> Collection[str]:
        """The columns whose first cells are numbers or empty."""
        left = dict(enumerate(self.names))
        rows = 0
        for _, cells in islice(self._rows(), LOOKED_AT):
            rows += 1
            left = {i: name for i, name in left.items() if is_number(cells[i], self._comma)}
        if not rows:
            raise TableError(
                f"{self.file} has a header and no rows, so that nobody can tell which of its "
                "columns are numbers; name them under columns"
            )
        return list(left.values())

    def read(
        self, numbers: Collection[str], clocks: Collection[str], labels: Collection[str]
    ) -> Columns:
        """See Source."""
        names = [*dict.fromkeys([*numbers, *clocks, *labels])]
        times = {name: Clock(self.file, name, self._comma) for name in clocks}
        plain = [name for name in numbers if name not in clocks]
        cells = {name: Cells(self.file, name, self._comma) for name in plain} | times
        found: dict[str, list[np.ndarray]] = {name: [np.zeros(0)] for name in cells}
        marks: dict[str, list[str]] = {name: [] for name in labels}
        at: list[np.ndarray] = [np.zeros(0, np.int64)]
        for where, block in self._blocks(names):
            at.append(np.array(where, np.int64))
            for name, parsed in cells.items():
                found[name].append(parsed(block[name], where, "line"))
            for name in labels:
                marks[name] += map(label, block[name])
        return Columns(
            self.file,
            {name: np.concatenate(parts) for name, parts in found.items()},
            {name: np.array(texts, np.str_) for name, texts in marks.items()},
            frozenset(name for name, clock in times.items() if clock.in_seconds),
            np.concatenate(at),
            "line",
        )

    def _blocks(self, names: Sequence[str]) -> Iterator[tuple[list[int], dict[str, tuple]]]:
        """(lines, {name: cells}) of some rows at a time, without the cells of other columns."""
        pick = _picker([self.names.index(name) for name in names])
        rows = ((line, pick(cells)) for line, cells in self._rows())
        while block := list(islice(rows, BLOCK)):
            at, cells = zip(*block, strict=True)
            yield list(at), dict(zip(names, zip(*cells, strict=True), strict=True))

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) of every row under the header.

        In a table of one column a blank line between others is a row without its number.
        """
        held: list[tuple[int, list[str]]] = []
        for line, cells in islice(self._records(), 1, None):
            if not any(cell.strip() for cell in cells) and len(cells) < 2:
                held.append((line, [""]))
                continue
            if len(self.names) == 1:
                yield from held
            held = []
            if len(cells) != len(self.names):
                hint = " (a decimal comma?)" if len(cells) > len(self.names) else ""
                raise TableError(
                    f"{self.file} line {line}: expected {len(self.names)} cells as in the header, "
                    f"got {len(cells)}{hint}"
                )
            yield line, cells

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) of every line, blank ones included once the header was read."""
        reader = csv.reader(
            lines(self.file), delimiter=self._delimiter, skipinitialspace=True, strict=True
        )
        try:
            begun = False
            for cells in reader:
                begun = begun or any(cell.strip() for cell in cells)
                if begun:
                    yield reader.line_num, cells
        except csv.Error as error:
            raise TableError(f"{self.file} line {reader.line_num}: {error}") from error


def _header(file: Path) -> str:
    """The first line of a file that is not blank."""
    found = next((line for line in lines(file) if line.strip()), "")
    if not found:
        raise TableError(f"{file} is empty; expected a header of column names")
    return found


def _parted_by(header: str) -> str:
    """The delimiter that parts a header into most names."""
    return max(DELIMITERS, key=lambda mark: (header.count(mark), -DELIMITERS.index(mark)))


def _picker(places: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """What takes some cells out of a row, always as a tuple."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: tuple(cells[place] for place in places)
