"""Labels: the rows of an annotation table as a Track of valence and arousal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from features.corpora.reading.scale import UNIT, Scale
from features.corpora.reading.tables import Row
from features.corpora.reading.timing import earlier, smoothed
from features.corpus import CorpusError
from features.track import State, Track, track

DIMENSIONS = ("valence", "arousal")
CONSTANT_S = (
    0.04  # s between the rows of a label that holds for a whole clip: as dense as traces are
)


@dataclass(frozen=True, slots=True)
class LabelReader:
    """A reader of annotations: numbers on a scale become labels in [-1, 1].

    unlabelled  a value that means 'not annotated', beside an empty cell and NaN; None: no value
    scale       the range that raters rated in
    lag_s       the time raters take to react; labels are moved that much earlier
    smooth_s    the window of a centred moving average; None: labels stay as annotated

    Raises CorpusError for a lag or a window that cannot be.
    """

    unlabelled: float | None = None
    scale: Scale = UNIT
    lag_s: float = 0.0
    smooth_s: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.lag_s < math.inf:
            raise CorpusError(f"lag_s must be 0 s or more, got {self.lag_s}")
        if self.smooth_s is not None and not 0 < self.smooth_s < math.inf:
            raise CorpusError(f"smooth_s must be above 0 s, or null, got {self.smooth_s}")

    def track(self, rows: Sequence[Row]) -> Track:
        """The labels of one clip: T rows with time (s), valence, arousal -> Track (T', 2).

        A row is UNLABELLED if either value is empty, NaN or `unlabelled`. Raises CorpusError
        naming file and line for anything that is not a number, lies outside the scale, or a time
        that does not come after the one before.
        """
        values = ([self.scale.value(row, d, self.unlabelled) for d in DIMENSIONS] for row in rows)
        return self.timed(labels_at(times_of(rows), values))

    def timed(self, labels: Track) -> Track:
        """Labels in [-1, 1], smoothed, and moved earlier by the lag."""
        if self.smooth_s is not None:
            labels = smoothed(labels, self.smooth_s)
        return earlier(labels, self.lag_s)


def labels_at(times: Sequence[float] | np.ndarray, values: Iterable[Sequence[float]]) -> Track:
    """The Track (T, 2) of (valence, arousal) at T times, UNLABELLED where either of them is NaN."""
    array = np.array(list(values), dtype=np.float32).reshape(-1, len(DIMENSIONS))  # (T, 2)
    missing = np.isnan(array).any(axis=1)  # (T,)
    state = np.where(missing, State.UNLABELLED, State.OK).astype(np.uint8)
    return track(array, np.array(times, dtype=np.float64), state)


def constant(valence: float, arousal: float, duration: float) -> Track:
    """A constant label of a clip of `duration` s, as a Track (T, 2): a row every CONSTANT_S.

    An utterance's label holds for all of it. Rows that cover the clip reach every step of any
    grid, while a single row would reach those within `align.labels.largest_gap_s` of it.
    """
    count = max(1, math.ceil(duration / CONSTANT_S))
    return labels_at((np.arange(count) + 0.5) * duration / count, [(valence, arousal)] * count)


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
