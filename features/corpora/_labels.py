"""Rows of an annotation table -> a Track of valence and arousal."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from features.corpora._tables import Row
from features.track import State, Track, track

DIMENSIONS = ("valence", "arousal")


def label_track(rows: Sequence[Row], unlabelled: float | None) -> Track:
    """One clip's annotation: T rows with time (s), valence, arousal -> Track (T, 2).

    A row is UNLABELLED if either value is empty, NaN or `unlabelled`. Raises CorpusError
    naming file and line for anything that is not a number, lies outside [-1, 1], or a time
    that does not come after the one before.
    """
    times = [_time(row) for row in rows]
    for row, before, now in zip(rows[1:], times, times[1:], strict=False):
        if now <= before:
            raise row.error(f"times must increase, got {now:g} s after {before:g} s")
    values = [[_value(row, name, unlabelled) for name in DIMENSIONS] for row in rows]
    array = np.array(values, dtype=np.float32).reshape(-1, len(DIMENSIONS))  # (T, 2)
    missing = np.isnan(array).any(axis=1)  # (T,)
    state = np.where(missing, State.UNLABELLED, State.OK).astype(np.uint8)
    return track(array, np.array(times, dtype=np.float64), state)


def _time(row: Row) -> float:
    time = _number(row, "time")
    if not math.isfinite(time):
        raise row.error(f"time must be a number of seconds, got {row.cells['time']!r}")
    return time


def _value(row: Row, name: str, unlabelled: float | None) -> float:
    """A value in [-1, 1], or NaN where nobody annotated."""
    value = _number(row, name) if row.cells[name] else math.nan
    if math.isnan(value) or value == unlabelled:
        return math.nan
    if not -1 <= value <= 1:
        raise row.error(
            f"{name} must lie in [-1, 1], got {value:g}; map another scale to [-1, 1] first, "
            "or name the value that means 'not annotated' as `unlabelled`"
        )
    return value


def _number(row: Row, name: str) -> float:
    text = row.cells[name]
    try:
        if "_" in text:
            raise ValueError("Python reads 1_0 as 10; a table does not mean that")
        return float(text)
    except ValueError as error:
        hint = "; a decimal comma? write " + text.replace(",", ".") if "," in text else ""
        raise row.error(f"{name} must be a number, got {text!r}{hint}") from error
