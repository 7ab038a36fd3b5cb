"""Reaction lag compensation and smoothing of labels."""

from __future__ import annotations

import numpy as np

from features.track import State, Track, track


def earlier(labels: Track, lag_s: float) -> Track:
    """Labels moved earlier by the lag with which they were rated: (T, D) -> (T', D), T' <= T.

    What belongs to a moment before the clip is left out, and the last `lag_s` seconds of the
    clip have no label.
    """
    if lag_s == 0:
        return labels
    times = labels.times - lag_s
    here = times >= -1e-9  # 2.6 - 2.6 is 0, of numbers read from a table more or less
    return Track(labels.values[here], times[here], labels.state[here])


def smoothed(labels: Track, window_s: float) -> Track:
    """Labels smoothed by a centred moving average: (T, D) -> (T, D).

    A label is the mean of the labelled rows in [t - window / 2, t + window / 2].
    At either end of the clip the window is cut off. A row without a label does not count, and
    gets none.
    """
    times, ok = labels.times, labels.mask
    reach = window_s / 2 + 1e-9
    a = np.searchsorted(times[ok], times - reach)
    b = np.searchsorted(times[ok], times + reach, side="right")
    padded = np.pad(labels.values[ok].astype(np.float64), ((1, 0), (0, 0)))
    sums = np.cumsum(padded, axis=0)
    means = (sums[b] - sums[a]) / np.maximum(b - a, 1)[:, None]  # (T, D)
    return track(means, times, np.where(ok, State.OK, labels.state))
