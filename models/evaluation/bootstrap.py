"""Percentile bootstrap over clips: intervals of a CCC, or of a difference of two.

The steps of a clip are dependent, clips are not: whole clips are drawn, with replacement. From few
clips the intervals are too narrow. In a simulation (400 splits of 80-step clips, true CCC 0.79),
those of 95 % held the true value in 90, 94 and 95 % of splits of 8, 32 and 128 clips; those of a
difference of two CCC in 87, 91 and 96 %.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def draw(labels: Sequence[np.ndarray], resamples: int, seed: int) -> np.ndarray:
    """Draw resamples: labels (R, Y) of E clips -> how often each clip is in each, counts (Q, E).

    Labels are NaN where there is none. Resamples in which a target has no label, or all its labels
    are one value, are left out, since CCC is undefined in them: Q may be less than `resamples`.
    Raises ValueError for fewer than two clips, for one without a label, and if no resample is left.
    """
    if len(labels) < 2:
        raise ValueError(f"a bootstrap over clips needs 2 or more, got {len(labels)}")
    if empty := [i for i, y in enumerate(labels) if np.isnan(y).all()]:
        raise ValueError(f"a bootstrap draws clips with labels; number {empty[0]} has none")
    equal = np.full(len(labels), 1 / len(labels))
    counts = np.random.default_rng(seed).multinomial(len(labels), equal, resamples)  # (Q, E)
    lowest, highest = (
        np.stack([f(np.where(np.isnan(y), none, y), axis=0) for y in labels])  # (E, Y)
        for f, none in ((np.min, np.inf), (np.max, -np.inf))
    )
    differ = np.ones(resamples, bool)
    for low, high in zip(lowest.T, highest.T, strict=True):
        least = np.where(counts > 0, low, np.inf).min(axis=1)  # (Q,)
        most = np.where(counts > 0, high, -np.inf).max(axis=1)
        differ &= least < most
    if not differ.any():
        raise ValueError(
            f"in each of {resamples} resamples of the clips a target's labels are constant or none"
        )
    return counts[differ]


def resampled_ccc(
    counts: np.ndarray, predictions: Sequence[np.ndarray], labels: Sequence[np.ndarray]
) -> np.ndarray:
    """CCC in each resample: counts (Q, E), predictions and labels (R, Y) of E clips -> (Q, Y).

    Each is models.metrics.ccc over all labels, those not NaN, of the clips drawn, computed from
    sums over clips.
    """
    every = np.concatenate(labels)  # (R, Y)
    known = ~np.isnan(every)
    centre = np.where(known, every, 0).sum(axis=0, dtype=np.float64) / known.sum(axis=0)  # (Y,)
    pairs = zip(predictions, labels, strict=True)
    each = np.stack([sums(x - centre, y - centre) for x, y in pairs])  # (E, 6, Y)
    return ccc_of(np.tensordot(counts.astype(np.float64), each, axes=1))


def interval(values: np.ndarray, level: float) -> tuple[float, float]:
    """Percentile interval of a statistic (Q,): the bounds of its middle `level`, 0 to 1."""
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def sums(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The sums that CCC is made of: series (R, Y), centred so that few digits cancel -> (6, Y).

    Steps whose y is NaN, which have no label, add nothing.
    """
    known = ~np.isnan(y)
    x, y = (np.where(known, s, 0).astype(np.float64) for s in (x, y))
    return np.stack([s.sum(axis=0) for s in (known.astype(float), x, y, x * x, y * y, x * y)])


def ccc_of(added: np.ndarray) -> np.ndarray:
    """CCC of sums over any clips, added up: (Q, 6, Y) -> (Q, Y)."""
    n, *rest = np.moveaxis(added, 1, 0)
    x, y, xx, yy, xy = (s / n for s in rest)
    return 2 * (xy - x * y) / (xx - x * x + yy - y * y + (x - y) ** 2)
