"""Labels: the rows of an annotation table as a Track of each target."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from features.corpora.reading.columns import Columns
from features.corpora.reading.scale import Scale, own_scale
from features.corpora.reading.tables import Row
from features.corpora.reading.timing import earlier, smoothed
from features.corpus import CorpusError
from features.labels import Range, Ranges
from features.track import State, Track, track

CONSTANT_S = (
    0.04  # s between the rows of a label that holds for a whole clip: as dense as traces are
)


@dataclass(frozen=True, slots=True)
class LabelReader:
    """A reader of annotations: numbers on a scale become labels in the range of their target.

    unlabelled  a value that means 'not annotated', beside an empty cell and NaN; None: no value
    scale       the range that raters rated in; None: that of the target
    lag_s       the time raters take to react; labels are moved that much earlier
    smooth_s    the window of a centred moving average; None: labels stay as annotated
    columns     the column of each target

    Raises CorpusError for a lag or a window that cannot be.
    """

    unlabelled: float | None = None
    scale: Scale | None = None
    lag_s: float = 0.0
    smooth_s: float | None = None
    columns: Columns = field(default_factory=Columns)

    def __post_init__(self) -> None:
        if not 0 <= self.lag_s < math.inf:
            raise CorpusError(f"lag_s must be 0 s or more, got {self.lag_s}")
        if self.smooth_s is not None and not 0 < self.smooth_s < math.inf:
            raise CorpusError(f"smooth_s must be above 0 s, or null, got {self.smooth_s}")

    def tracks(self, rows: Sequence[Row], targets: Ranges) -> dict[str, Track]:
        """The labels of one clip: T rows with a time (s) -> {target: Track (T', 1)}.

        Of the targets those whose column the table has. A row is UNLABELLED in a target if its
        cell is empty, NaN or `unlabelled`. Raises CorpusError naming file and line for anything
        that is not a number, lies outside the scale, or a time that does not come after the one
        before, and where the table has none of the columns.
        """
        if not rows:
            return {}
        found, times = self.columns.found(rows[0], targets), times_of(rows)
        tracks = {
            target: self.timed(labels_at(times, self.values(rows, target, targets[target])))
            for target in found
        }
        return with_rows(tracks)

    def values(self, rows: Sequence[Row], target: str, span: Range) -> np.ndarray:
        """The values of a target in its range, NaN where there is none: T rows -> float64 (T,).

        Raises CorpusError naming file and line.
        """
        scale, (column,) = self.scale or own_scale(target, span), self.columns.of([target]).values()
        return scale.onto(np.array([scale.value(r, column, self.unlabelled) for r in rows]), span)

    def timed(self, labels: Track) -> Track:
        """Labels smoothed, and moved earlier by the lag."""
        if self.smooth_s is not None:
            labels = smoothed(labels, self.smooth_s)
        return earlier(labels, self.lag_s)


def labels_at(times: Sequence[float] | np.ndarray, values: np.ndarray) -> Track:
    """The Track (T, 1) of values (T,) at T times, UNLABELLED where they are NaN."""
    state = np.where(np.isnan(values), State.UNLABELLED, State.OK).astype(np.uint8)
    return track(values.reshape(-1, 1), np.array(times, dtype=np.float64), state)


def with_rows(labels: Mapping[str, Track]) -> dict[str, Track]:
    """Those targets that have a row: where there is none, a clip has no labels of the target."""
    return {target: track for target, track in labels.items() if len(track.times)}


def constant(value: float, duration: float) -> Track:
    """A constant label of a clip of `duration` s, as a Track (T, 1): a row every CONSTANT_S.

    An utterance's label holds for all of it. Rows that cover the clip reach every step of any
    grid, while a single row would reach those within `grid.labels.largest_gap_s` of it.
    """
    count = max(1, math.ceil(duration / CONSTANT_S))
    return labels_at((np.arange(count) + 0.5) * duration / count, np.full(count, value))


def times_of(rows: Sequence[Row], column: str = "time", unit_s: float = 1.0) -> list[float]:
    """The times of T rows in s; raises CorpusError for one that does not come after the last."""
    times = [_time(row, column) * unit_s for row in rows]
    for row, before, now in zip(rows[1:], times, times[1:], strict=False):
        if now <= before:
            raise row.error(f"times must increase, got {now:g} s after {before:g} s")
    return times


def _time(row: Row, column: str) -> float:
    time = row.number(column)
    if not math.isfinite(time):
        raise row.error(f"{column} must be a number of seconds, got {row.cells[column]!r}")
    return time
