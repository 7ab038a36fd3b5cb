"""CCC as papers of this field compute it, faults included, for comparison with their tables only.

The number to report is models.metrics.ccc. Each protocol takes the clips of a split, each as
prediction, label and mask (T, Y), and the targets with their ranges, and returns a value per
target, (Y,). "Labelled steps" are those of each target.

Left out: CA's on RECOLA (FG 2021), which rescales the prediction to the range and the mean of the
labels it is then compared with, so that it measures something else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from models.metrics import ccc
from models.targets import Ranges

Clip = tuple[np.ndarray, np.ndarray, np.ndarray]
Protocol = Callable[[Sequence[Clip], Ranges], np.ndarray]
SMOOTHED_OVER = {"valence": 20, "arousal": 50}  # steps
EPSILON = 1e-8


def affwild2_smoothed(clips: Sequence[Clip], targets: Ranges) -> np.ndarray:
    """CCC of predictions clipped to their range and smoothed by a moving mean over 20 steps for
    valence and 50 for arousal, zeros beyond the ends, over all steps, labelled or not.

    Raises ValueError for any other target.

    Source: the validation of JCA (T-BIOM), RJCA, DCA and JMT, on video frames; here it is on the
    grid's steps. Fault: steps without a label count as a label of 0 predicted as 0 (before the
    smoothing), which raises the score where the mean label is not 0.
    """
    for target in targets:
        if target not in SMOOTHED_OVER:
            raise ValueError(
                f"ccc_affwild2_smoothed says how {' and '.join(SMOOTHED_OVER)} are smoothed, not "
                f"{target}; take it out of the variants"
            )
    low, high = np.array(list(targets.values())).T  # (Y,), (Y,)
    over = [SMOOTHED_OVER[target] for target in targets]
    predictions, labels = [], []
    for prediction, label, mask in clips:
        x = np.where(mask, np.clip(prediction, low, high), 0.0).T  # (Y, T)
        predictions.append([moving_mean(s, n) for s, n in zip(x, over, strict=True)])
        labels.append(np.where(mask, label, 0.0).T)
    x, y = np.concatenate(predictions, axis=1), np.concatenate(labels, axis=1)  # (Y, R)
    return np.array([ccc(*series) for series in zip(x, y, strict=True)])


def sample_variance(clips: Sequence[Clip], targets: Ranges) -> np.ndarray:
    """CCC with the covariance divided by N and the variances by N - 1, over labelled steps.

    Source: the validation of RJCMA and GRJCA. Fault: perfect agreement scores (N - 1) / N.
    """
    dx, dy, bias, n = _about_means(clips)
    variances = (dx**2 + dy**2).sum(axis=0) / (n - 1)
    return 2 * ((dx * dy).sum(axis=0) / n) / (variances + bias**2)


def jca22(clips: Sequence[Clip], targets: Ranges) -> np.ndarray:
    """CCC through Pearson's correlation and unbiased deviations, 1e-8 in both denominators, over
    labelled steps.

    Source: JCA (CVPRW 2022). Fault: 1e-8 matters where deviations are small. The paper's code also
    drops its last incomplete batch of sequences; a grid has no such batches, so nothing is dropped.
    """
    dx, dy, bias, n = _about_means(clips)
    norms = np.sqrt((dx**2).sum(axis=0)) * np.sqrt((dy**2).sum(axis=0))
    rho = (dx * dy).sum(axis=0) / (norms + EPSILON)
    vx, vy = ((d**2).sum(axis=0) / (n - 1) for d in (dx, dy))
    return 2 * rho * np.sqrt(vx * vy) / (vx + vy + bias**2 + EPSILON)


def moving_mean(x: np.ndarray, size: int) -> np.ndarray:
    """Moving mean of a series (T,) over the steps t - size // 2 to t + (size - 1) // 2 -> (T,).

    Zeros beyond the ends, as scipy.ndimage.uniform_filter1d has them in mode 'constant'.
    """
    padded = np.pad(x.astype(np.float64), (size // 2, (size - 1) // 2))
    total = np.concatenate([[0.0], padded.cumsum()])
    return (total[size:] - total[:-size]) / size


PROTOCOLS: dict[str, Protocol] = {
    "ccc_affwild2_smoothed": affwild2_smoothed,
    "ccc_sample_variance": sample_variance,
    "ccc_jca22": jca22,
}


def _about_means(clips: Sequence[Clip]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Predictions and labels, centred (R, Y), 0 where there is no label; bias of the means (Y,);
    the number of each target's labels (Y,).
    """
    rows = [c[2].any(axis=1) for c in clips]  # those with a label of any target
    x, y, mask = (
        np.concatenate([c[i][r] for c, r in zip(clips, rows, strict=True)]) for i in range(3)
    )
    n = mask.sum(axis=0)
    x, y = (np.where(mask, v.astype(np.float64), 0.0) for v in (x, y))
    mean_x, mean_y = x.sum(axis=0) / n, y.sum(axis=0) / n
    return np.where(mask, x - mean_x, 0.0), np.where(mask, y - mean_y, 0.0), mean_x - mean_y, n
