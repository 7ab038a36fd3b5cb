"""Intervals: bootstrap intervals of the CCC of runs, over the same resamples for every run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.evaluation.agreement import Clips, Scores, rounded
from models.evaluation.bootstrap import draw, interval, resampled_ccc
from models.targets import MEASURED
from models.trained import Predictions


class Intervals:
    """Bootstrap intervals of CCC, mean over seeds, over resamples of a split's labelled clips.

    They show how far a score depends on which clips were evaluated; how far it depends on the seed
    is `ccc_std`. With fewer than two labelled clips there are no intervals.

    used  how many resamples have a CCC, see models.evaluation.bootstrap.draw
    """

    def __init__(self, clips: Clips, resamples: int, seed: int, level: float) -> None:
        self._level = level
        self._masks = {n: c.label_mask.numpy() for n, c in clips.items() if c.label_mask.any()}
        self._labels = [clips[name].labels.numpy()[mask] for name, mask in self._masks.items()]
        self._ccc: dict[str, np.ndarray] = {}  # {run: (Q, 3)}, a column for each of MEASURED
        enough = len(self._labels) > 1
        self._counts = draw(self._labels, resamples, seed) if enough else None  # (Q, E)
        self.used = 0 if self._counts is None else len(self._counts)

    def add(self, run: str, each: Sequence[Predictions], scores: Scores) -> Scores:
        """Add a run: its predictions under each seed and its scores -> scores with CCC's bounds.

        The bounds are ccc_low and ccc_high.
        """
        if self._counts is None:
            return scores
        ccc = []
        for predictions in each:
            labelled = [predictions[n][mask] for n, mask in self._masks.items()]  # E x (R, 2)
            ccc.append(resampled_ccc(self._counts, labelled, self._labels))  # (Q, 2)
        mean = np.mean(ccc, axis=0)
        self._ccc[run] = np.column_stack([mean, mean.mean(axis=1)])  # (Q, 3)
        columns = zip(MEASURED, self._ccc[run].T, strict=True)
        return {t: {**scores[t], **self._bounds(x, "ccc_low", "ccc_high")} for t, x in columns}

    def against(self, run: str, other: str) -> dict[str, dict[str, float]]:
        """Bounds of the difference of a run's CCC from another's: {one of MEASURED: {low, high,
        above_zero: the share of resamples in which it is above 0}}; empty without intervals.
        """
        if not self.used:
            return {}
        columns = zip(MEASURED, (self._ccc[run] - self._ccc[other]).T, strict=True)
        return {
            t: {**self._bounds(x, "low", "high"), "above_zero": rounded((x > 0).mean())}
            for t, x in columns
        }

    def _bounds(self, values: np.ndarray, *names: str) -> dict[str, float]:
        return dict(zip(names, map(rounded, interval(values, self._level)), strict=True))
