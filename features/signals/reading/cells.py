"""Cells of text as numbers: strictly, so that nothing is read that was not written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from features.signals.reading.columns import TableError, finite

NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
CLOCK = re.compile(
    r"(?:(?P<days>-?\d+) days?)?[ ,]*"
    r"(?:(?P<sign>[+-])?(?P<h>\d+):(?P<m>\d\d):(?P<s>\d\d(?:[.,]\d+)?))?",
    re.ASCII,
)
NO_VALUE = {
    *("", "nan", "-nan", "na", "n/a", "#n/a", "nat", "null", "none", "inf", "+inf", "-inf"),
    *("nan(ind)", "-nan(ind)", "1.#qnan", "-1.#ind", "1.#inf", "-1.#inf"),  # of Windows programs
}
TRUTH = {"true": 1.0, "false": 0.0}


class Cells:
    """A column of text, a block at a time -> float64, NaN where a cell says that it has no value.

    comma  whether 1,5 is 1.5, which it is where commas do not part the cells

    Raises TableError for text, and where a column has both 1,5 and 1.5, since then one of the
    marks parts thousands.
    """

    def __init__(self, file: Path, name: str, comma: bool):
        self._file, self._name, self._comma = file, name, comma
        self._mark = ""  # of decimals in this column, as far as it was read

    def __call__(self, cells: Sequence[str], lines: Sequence[int], what: str) -> np.ndarray:
        joined = "".join(cells)
        if self._comma and ("," in joined or "." in joined):
            self._check_marks(cells, lines, what)
        try:
            if "_" in joined:  # Python reads 1_0 as 10; a table does not mean that
                raise ValueError
            return finite(np.array([*map(float, cells)], np.float64))
        except ValueError:
            numbers = [self._number(*at, what) for at in zip(cells, lines, strict=True)]
            return finite(np.array(numbers, np.float64))

    def _number(self, cell: str, line: int, what: str) -> float:
        text = cell.strip().lower()
        if text in NO_VALUE:
            return np.nan
        if text in TRUTH:
            return TRUTH[text]
        if not NUMBER.fullmatch(text) or ("," in text and not self._comma):
            hint = "; a decimal comma needs cells parted by ; or tab" if "," in text else ""
            raise self.error(line, what, f"expected a number, got {cell.strip()[:60]!r}{hint}")
        return float(text.replace(",", "."))

    def _check_marks(self, cells: Sequence[str], lines: Sequence[int], what: str) -> None:
        for cell, line in zip(cells, lines, strict=True):
            mark = "," if "," in cell else "." if "." in cell else ""
            if not mark or not NUMBER.fullmatch(cell.strip()):
                continue
            self._mark = self._mark or mark
            if mark != self._mark:
                raise self.error(
                    line,
                    what,
                    f"decimals were marked with {self._mark!r} so far, got {cell.strip()!r}",
                )

    def error(self, line: int, what: str, problem: str) -> TableError:
        """A TableError that says which cell."""
        return TableError(f"{self._file} {what} {line}, column {self._name!r}: {problem}")


class Clock(Cells):
    """A column of times: numbers, or times of day such as "0 days 00:00:01.250000", then in s."""

    in_seconds: bool | None = None  # not known before the first cell

    def __call__(self, cells: Sequence[str], lines: Sequence[int], what: str) -> np.ndarray:
        if self.in_seconds is None and cells:
            self.in_seconds = _seconds(cells[0]) is not None
        if not self.in_seconds:
            return super().__call__(cells, lines, what)
        return np.array([self._clock(*at, what) for at in zip(cells, lines, strict=True)])

    def _clock(self, cell: str, line: int, what: str) -> float:
        seconds = _seconds(cell)
        if seconds is None and cell.strip().lower() not in NO_VALUE:
            raise self.error(
                line, what, f"expected a time like 0 days 00:00:01.5, got {cell.strip()[:60]!r}"
            )
        return np.nan if seconds is None else seconds


def _seconds(cell: str) -> float | None:
    """The seconds of a time of day; None where it is none."""
    found = CLOCK.fullmatch(cell.strip())
    if found is None or not (found["days"] or found["h"]):
        return None
    clock = 0.0
    if found["h"]:
        minutes = 60 * int(found["h"]) + int(found["m"])
        clock = 60 * minutes + float(found["s"].replace(",", "."))
    return 86400 * int(found["days"] or 0) + (-clock if found["sign"] == "-" else clock)


def is_number(cell: str, comma: bool) -> bool:
    """Whether a cell is a number or says that it has none."""
    text = cell.strip().lower()
    if text in NO_VALUE or text in TRUTH:
        return True
    return bool(NUMBER.fullmatch(text)) and (comma or "," not in text)
