"""Audio-visual lag: by how much one signal is later than another, and how sure that is.

Normalised cross-correlation, with a confidence that allows for the autocorrelation of both signals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

RATE_HZ = 50  # at which both are compared
FINE = 11  # steps that both are averaged over: a syllable
COARSE = 101  # steps over which changes are too slow to tell when anything happened
LONGEST = 100  # steps after which a signal has no autocorrelation
LEAST_S = 3.0  # that both must be known for, at every lag


@dataclass(frozen=True, slots=True)
class Lag:
    """By how much the second of two signals is later than the first.

    seconds     between -furthest and furthest
    agreement   the correlation at that lag, at most 1
    confidence  how likely it is that two signals which change as fast as these, but have nothing
                to do with each other, correlate less than that at every lag
    """

    seconds: float
    agreement: float
    confidence: float


def lag(first: np.ndarray, second: np.ndarray, furthest_s: float, gap_s: float) -> Lag | None:
    """The lag at which two signals correlate best, to less than a step; None: it cannot be told.

    first, second  (2, N), (2, M): times in s, increasing, and the values there
    furthest_s     lags up to this are tried, either way
    gap_s          between values further apart in time than this, the signal is not known

    It cannot where both are known for too short a time, one of them does not change, or the
    correlation grows towards a lag that was not tried.

    Normalised cross-correlation of what changes within about 0.2 to 2 s. The confidence is
    Fisher's z of the correlation, for as many independent pairs as the signals' autocorrelation
    leaves (Bartlett, 1935), to the power of how many independent lags were tried.
    """
    if min(first.shape[1], second.shape[1]) < 2:
        return None
    begin, end = min(first[0, 0], second[0, 0]), max(first[0, -1], second[0, -1])
    if end - begin < furthest_s + LEAST_S:
        return None
    times = np.arange(begin, end, 1 / RATE_HZ)
    (x, x_known), (y, y_known) = (_prepared(times, signal, gap_s) for signal in (first, second))
    far = round(furthest_s * RATE_HZ)
    tried = (_pair(x, x_known, y, y_known, k) for k in range(-far, far + 1))
    counts, r = np.array([(len(a), _correlation(a, b)) for a, b in tried]).T
    best = int(r.argmax())
    if counts.min() < LEAST_S * RATE_HZ or best in (0, 2 * far) or r[best] <= 0:
        return None
    steps = _autocorrelation_time(x, x_known, y, y_known)
    lags = max(1.0, 2 * len(r) / steps)  # twice: the best may lie between two independent ones
    sure = _confidence(float(r[best]), counts[best] / steps, lags)
    seconds = (best - far + _vertex(*r[best - 1 : best + 2].tolist())) / RATE_HZ
    return Lag(seconds, float(r[best]), sure)


def _prepared(times: np.ndarray, signal: np.ndarray, gap_s: float) -> tuple[np.ndarray, np.ndarray]:
    """A signal at `times`, less its slow changes and 0 where it is not known; where it is."""
    at, values = signal
    right = np.clip(np.searchsorted(at, times), 1, len(at) - 1)
    known = (times >= at[0]) & (times <= at[-1]) & (at[right] - at[right - 1] <= gap_s)
    x = np.interp(times, at, values)
    fine, coarse = (moving_average(x, known, width) for width in (FINE, COARSE))
    return np.where(known, fine - coarse, 0.0), known


def moving_average(x: np.ndarray, known: np.ndarray, width: int) -> np.ndarray:
    """The mean of those of `width` neighbours that are known; 0 where none is."""
    ends = np.pad(np.cumsum([np.where(known, x, 0), known], axis=1), ((0, 0), (1, 0)))
    at = np.arange(len(x))
    to, since = np.minimum(at + width // 2 + 1, len(x)), np.maximum(at - width // 2, 0)
    total, count = ends[:, to] - ends[:, since]
    return total / np.maximum(count, 1)


def _pair(
    x: np.ndarray, x_known: np.ndarray, y: np.ndarray, y_known: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """What is known of both where y is `k` steps late."""
    a, b = slice(max(0, -k), len(x) - max(0, k)), slice(max(0, k), len(x) + min(0, k))
    both = x_known[a] & y_known[b]
    return x[a][both], y[b][both]


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's; 0 where one of them does not change, or there is next to nothing."""
    if len(a) < 2:
        return 0.0
    spread = a.std() * b.std()
    return float(((a - a.mean()) * (b - b.mean())).mean() / spread) if spread > 1e-12 else 0.0


def _autocorrelation_time(
    x: np.ndarray, x_known: np.ndarray, y: np.ndarray, y_known: np.ndarray
) -> float:
    """How many neighbouring steps count as one independent pair, by the autocorrelations of both.

    At least 1. Where the sum over lags falls again, signals swing to and fro: that is no more
    independence.
    """
    lags = range(1, min(LONGEST, len(x) - 1))
    x_auto = np.array([_correlation(*_pair(x, x_known, x, x_known, k)) for k in lags])
    y_auto = np.array([_correlation(*_pair(y, y_known, y, y_known, k)) for k in lags])
    return max(1.0, float(1 + 2 * np.cumsum(x_auto * y_auto).max()))


def _confidence(r: float, pairs: float, lags: float) -> float:
    z = math.atanh(min(r, 1 - 1e-9)) * math.sqrt(max(pairs - 3, 0.0))
    return NormalDist().cdf(z) ** lags


def _vertex(left: float, middle: float, right: float) -> float:
    """Where the parabola through three neighbours is highest, in steps from the middle one."""
    bend = left - 2 * middle + right
    return 0.5 * (left - right) / bend if bend < 0 else 0.0
