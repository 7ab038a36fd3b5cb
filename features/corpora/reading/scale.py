"""The range that raters rated in, and how it becomes [-1, 1]."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from features.corpora.reading.tables import Row
from features.corpus import CorpusError


@dataclass(frozen=True, slots=True)
class Scale:
    """A declared range: `low` becomes -1, `high` becomes 1, what is between them goes linearly.

    Raises CorpusError for a range that is none.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise CorpusError(f"a scale must go from low to high, got [{self.low}, {self.high}]")

    def value(self, row: Row, column: str, unlabelled: float | None = None) -> float:
        """The value of a cell in [-1, 1], or NaN where it is empty, NaN or `unlabelled`.

        Raises CorpusError naming file and line for what is no number, or outside the range.
        """
        value = row.number(column) if row.cells[column] else math.nan
        if math.isnan(value) or value == unlabelled:
            return math.nan
        if not self.low <= value <= self.high:
            raise row.error(
                f"{column} must lie in [{self.low:g}, {self.high:g}], got {value:g}; map another "
                "scale by the option `scale`, or name the value that means 'not annotated' as "
                "`unlabelled`, where the corpus takes these options"
            )
        return (2 * value - (self.low + self.high)) / (self.high - self.low)


UNIT = Scale(-1.0, 1.0)


def scale_of(option: Sequence[float]) -> Scale:
    """The Scale of an option [low, high]; raises CorpusError for anything else."""
    if isinstance(option, str) or len(option) != 2:
        raise CorpusError(f"scale must be [low, high], got {option!r}")
    return Scale(*option)
