"""From rows at their own times to a uniform grid: by time, never by index; gaps stay gaps."""

from __future__ import annotations

from typing import get_args

import numpy as np

from features.how import How
from features.track import State, Track, track

SLACK = 1e-9  # s; a row this close to the edge of a step lies on it


def grid(duration: float, step: float) -> np.ndarray:
    """The centres of the steps that a clip of `duration` seconds holds: float64 (T,), s; T >= 1.

    Step i covers [i step, (i + 1) step). The last may reach over the end by half a step, and the
    only one of a very short clip by more.
    """
    if not (step > 0 and 0 <= duration < np.inf):
        raise ValueError(f"a grid needs a step above 0 s and a length, got {step} and {duration}")
    count = max(1, int(np.floor(duration / step + 0.5)))
    return (np.arange(count) + 0.5) * step


def onto(
    rows: Track,
    times: np.ndarray,
    step: float,
    how: How,
    largest_gap: float,
    far: State = State.GAP,
) -> Track:
    """The Track (T, D) at `times` of rows (T', D) at their own times.

    nearest  the row nearest in time, the earlier one of two
    mean     the mean of the rows in [t - step / 2, t + step / 2) that are ok
    linear   between the rows before and after, if both are ok and not further apart than twice
             the largest gap

    Where `mean` and `linear` have nothing to go by, they are `nearest`, values and state. A step
    further than `largest_gap` seconds from every row takes the state `far`; a clip without rows
    is State.ABSENT. Raises ValueError for another `how`.
    """
    if how not in get_args(How):
        raise ValueError(f"no way {how!r} onto a grid; there are: {', '.join(get_args(How))}")
    if not len(rows.times):
        blank = np.full((len(times), rows.dim), np.nan)
        return track(blank, times, np.full(len(times), State.ABSENT))
    near = _nearest(rows.times, times)
    values, state = rows.values[near], rows.state[near]
    if how == "mean" and rows.mask.any():
        some, better = _mean(rows, times, step)
    elif how == "linear":
        some, better = _linear(rows, times, 2 * largest_gap)
    else:
        some, better = np.zeros(len(times), bool), values
    values, state = np.where(some[:, None], better, values), np.where(some, State.OK, state)
    state[np.abs(rows.times[near] - times) > largest_gap + SLACK] = far
    return track(values, times, state)


def _nearest(have: np.ndarray, want: np.ndarray) -> np.ndarray:
    """For each of `want` (T,), the index of the nearest of `have` (T',); the earlier one of two."""
    right = np.clip(np.searchsorted(have, want), 0, len(have) - 1)
    left = np.maximum(right - 1, 0)
    return np.where(np.abs(want - have[left]) <= np.abs(have[right] - want), left, right)


def _mean(rows: Track, times: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Which steps hold a row that is ok (T,), and the mean of those they hold (T, D)."""
    ok, begin = rows.times[rows.mask], times - step / 2
    a, b = np.searchsorted(ok, begin - SLACK), np.searchsorted(ok, begin + step - SLACK)
    sums = np.cumsum(np.pad(rows.values[rows.mask].astype(np.float64), ((1, 0), (0, 0))), axis=0)
    return b > a, (sums[b] - sums[a]) / np.maximum(b - a, 1)[:, None]


def _linear(rows: Track, times: np.ndarray, widest: float) -> tuple[np.ndarray, np.ndarray]:
    """Which steps lie between two rows that are ok (T,), and the value between them (T, D)."""
    right = np.clip(np.searchsorted(rows.times, times, side="right"), 0, len(rows.times) - 1)
    left = np.maximum(right - 1, 0)
    a, b = rows.times[left], rows.times[right]
    inside = (a <= times) & (times <= b) & (a < b) & (b - a <= widest + SLACK)
    weight = np.where(inside, (times - a) / np.where(inside, b - a, 1), 0)[:, None]
    mixed = rows.values[left] * (1 - weight) + rows.values[right] * weight
    return inside & rows.mask[left] & rows.mask[right], mixed
