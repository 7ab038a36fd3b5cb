"""Traces: the labels of one target over time, from a table with a column for each rater."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.corpora.reading.labels import labels_at, times_of
from features.corpora.reading.raters import Gold, fused
from features.corpora.reading.scale import UNIT, Scale
from features.corpora.reading.tables import Row
from features.labels import Range
from features.track import Track


def trace(
    rows: Sequence[Row],
    raters: Sequence[str],
    scale: Scale,
    gold: Gold,
    span: Range,
    *,
    clock: str = "time",
    unit_s: float = 1.0,
) -> Track:
    """The gold standard over time, from T rows with a time and a column for each rater: (T, 1).

    span           the range that it comes out in
    clock, unit_s  the column of times, and what 1 means in it

    Raises CorpusError naming file and line.
    """
    times = times_of(rows, clock, unit_s)
    read = [[scale.value(row, rater) for row in rows] for rater in raters]
    ratings = np.array(read, np.float64).reshape(len(raters), len(rows))  # (K, T)
    gold_standard = fused(scale.onto(ratings, (UNIT.low, UNIT.high)), gold)  # (T,), in [-1, 1]
    return labels_at(times, UNIT.onto(gold_standard, span))
