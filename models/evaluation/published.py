"""CCC as papers of this field compute it, faults included, for comparison with their tables only.

The number to report is models.metrics.ccc. Each protocol takes the clips of a split, each as
prediction (T, Y), label (T, Y) and mask (T,), and returns a value per target, (Y,).

Left out: CA's on RECOLA (FG 2021), which rescales the prediction to the range and the mean of the
labels it is then compared with, so that it measures something else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from models.metrics import ccc

Clip = tuple[np.ndarray, np.ndarray, np.ndarray]
SMOOTHED_OVER = (20, 50)  # steps: valence, arousal
EPSILON = 1e-8


def affwild2_smoothed(clips: Sequence[Clip]) -> np.ndarray:
    """CCC of predictions clipped to [-1, 1] and smoothed by a moving mean over 20 steps for
    valence and 50 for arousal, zeros beyond the ends, over all steps, labelled or not.

    Source: the validation of JCA (T-BIOM), RJCA, DCA and JMT, on video frames; here it is on the
    grid's steps. Fault: steps without a label count as a label of 0 predicted as 0 (before the
    smoothing), which raises the score where the mean label is not 0.
    """
    predictions, labels = [], []
    for prediction, label, mask in clips:
        labelled = mask[:, None]
        x = np.where(labelled, np.clip(prediction, -1, 1), 0.0).T  # (Y, T)
        predictions.append([moving_mean(s, n) for s, n in zip(x, SMOOTHED_OVER, strict=True)])
        labels.append(np.where(labelled, label, 0.0).T)
    x, y = np.concatenate(predictions, axis=1), np.concatenate(labels, axis=1)  # (Y, R)
    return np.array([ccc(*series) for series in zip(x, y, strict=True)])


def sample_variance(clips: Sequence[Clip]) -> np.ndarray:
    """CCC with the covariance divided by N and the variances by N - 1, over labelled steps.

    Source: the validation of RJCMA and GRJCA. Fault: perfect agreement scores (N - 1) / N.
    """
    dx, dy, bias, n = _about_means(clips)
    variances = (dx**2 + dy**2).sum(axis=0) / (n - 1)
    return 2 * (dx * dy).mean(axis=0) / (variances + bias**2)


def jca22(clips: Sequence[Clip]) -> np.ndarray:
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


PROTOCOLS: dict[str, Callable[[Sequence[Clip]], np.ndarray]] = {
    "ccc_affwild2_smoothed": affwild2_smoothed,
    "ccc_sample_variance": sample_variance,
    "ccc_jca22": jca22,
}


def _about_means(clips: Sequence[Clip]) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Predictions and labels of all labelled steps, centred (R, Y); bias of the means (Y,); R."""
    x, y = (np.concatenate([c[i][c[2]] for c in clips]).astype(np.float64) for i in (0, 1))
    return x - x.mean(axis=0), y - y.mean(axis=0), x.mean(axis=0) - y.mean(axis=0), len(y)
