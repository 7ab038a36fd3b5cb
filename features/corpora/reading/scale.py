"""The range that raters rated in, and how it becomes the range of a target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.corpora.reading.tables import Row
from features.corpus import CorpusError
from features.labels import Range

UNLABELLED = "name the value that means 'not annotated' as `unlabelled`"
ELSEWHERE = f"say another by the option `scale`, or {UNLABELLED}, where the corpus takes these"


@dataclass(frozen=True, slots=True)
class Scale:
    """The range from `low` to `high` that the values of a table lie in.

    hint  what to do about a value outside. Raises CorpusError for a range that is none.
    """

    low: float
    high: float
    hint: str = ELSEWHERE

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise CorpusError(f"a scale must go from low to high, got [{self.low}, {self.high}]")

    def value(self, row: Row, column: str, unlabelled: float | None = None) -> float:
        """The value of a cell as it stands there, or NaN where it is empty, NaN or `unlabelled`.

        Raises CorpusError naming file and line for what is no number, or outside the range.
        """
        value = row.number(column) if row.cells[column] else math.nan
        if math.isnan(value) or value == unlabelled:
            return math.nan
        if not self.low <= value <= self.high:
            raise row.error(
                f"{column} must lie in [{self.low:g}, {self.high:g}], got {value:g}; {self.hint}"
            )
        return value

    def onto(self, values: np.ndarray, target: Range) -> np.ndarray:
        """Values of this range, linearly in that of `target`: float64 (...) -> float64 (...).

        Where both are the same range, so are the values: nothing is rounded.
        """
        low, high = target
        if (self.low, self.high) == (low, high):
            return values
        unit = (2 * values - (self.low + self.high)) / (self.high - self.low)  # in [-1, 1]
        if (low, high) == (UNIT.low, UNIT.high):
            return np.clip(unit, low, high)
        return np.clip((low + high) / 2 + unit * (high - low) / 2, low, high)


UNIT = Scale(-1.0, 1.0)


def scale_of(option: Sequence[float]) -> Scale:
    """The Scale of an option [low, high]; raises CorpusError for anything else."""
    if isinstance(option, str) or len(option) != 2:
        raise CorpusError(f"scale must be [low, high], got {option!r}")
    low, high = option
    return Scale(low, high)


def own_scale(target: str, span: Range) -> Scale:
    """The Scale of values that are in the range of their target already."""
    said = f"say its range under `targets` in params.yaml, as in `targets: {{{target}: [1, 5]}}`"
    return Scale(
        span[0], span[1], f"{said}, map another onto it by the option `scale`, or {UNLABELLED}"
    )
