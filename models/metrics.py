"""Metrics of the agreement between predictions and labels: CCC, Pearson correlation and RMSE."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike


def ccc(prediction: ArrayLike, label: ArrayLike) -> float:
    """Concordance correlation coefficient of two series (R,), with population moments, in float64.

        2 cov(x, y) / (var x + var y + (mean x - mean y)^2)

    A constant prediction has CCC 0. Raises ValueError for constant labels (agreement with a
    constant is undefined), for no labels and for numbers that are not finite.
    Source: Lin 1989, as the ABAW challenges score it.
    """
    x, y = _series(prediction, label)
    dx, dy = x - x.mean(), y - y.mean()
    bias = x.mean() - y.mean()
    return float(2 * (dx * dy).mean() / ((dx**2).mean() + (dy**2).mean() + bias**2))


def pearson(prediction: ArrayLike, label: ArrayLike) -> float:
    """Pearson correlation of two series (R,); 0 for a constant prediction, as its CCC is.

    Raises as `ccc` does.
    """
    x, y = _series(prediction, label)
    if np.ptp(x) == 0:
        return 0.0
    dx, dy = x - x.mean(), y - y.mean()
    return float((dx * dy).sum() / np.sqrt((dx**2).sum() * (dy**2).sum()))


def rmse(prediction: ArrayLike, label: ArrayLike) -> float:
    """Root of the mean squared error of two series (R,). Raises as `ccc` does."""
    x, y = _series(prediction, label)
    return float(np.sqrt(((x - y) ** 2).mean()))


METRICS = {"ccc": ccc, "pearson": pearson, "rmse": rmse}


def scores(
    prediction: ArrayLike, label: ArrayLike, mask: ArrayLike, targets: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Every metric of every target: (R, Y), (R, Y), mask (R, Y) -> {target: {metric: value}}.

    Of each target the steps whose mask is True are read. Raises as `ccc` does, with its name.
    """
    x, y, valid = np.asarray(prediction), np.asarray(label), np.asarray(mask)
    shapes, kind = [v.shape for v in (x, y, valid)], valid.dtype
    if set(shapes) != {(len(x), len(targets))} or kind != np.bool_:
        raise ValueError(
            f"scores of {len(targets)} targets need prediction, label and a bool mask, each "
            f"(R, {len(targets)}), got {', '.join(map(str, shapes))} and a mask of {kind}"
        )
    table = {}
    for k, target in enumerate(targets):
        try:
            series = x[valid[:, k], k], y[valid[:, k], k]  # (R,), (R,)
            table[target] = {name: metric(*series) for name, metric in METRICS.items()}
        except ValueError as error:
            raise ValueError(f"{target}: {error}") from error
    return table


def _series(prediction: ArrayLike, label: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Two series (R,) in float64, checked: they define a metric."""
    x, y = np.asarray(prediction, np.float64), np.asarray(label, np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"a metric compares two series (R,), got {x.shape} and {y.shape}")
    if not len(y):
        raise ValueError("no valid label to compare with")
    for name, v in (("prediction", x), ("label", y)):
        if bad := int((~np.isfinite(v)).sum()):
            raise ValueError(f"{bad} of {len(v)} values of the {name} are not finite")
    if np.ptp(y) == 0:
        raise ValueError(f"agreement is undefined: all {len(y)} valid labels are {y[0]:g}")
    return x, y
