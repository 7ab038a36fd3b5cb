"""Intervals: bootstrap intervals of the CCC of runs, over the same resamples for every run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.clip import Clips
from models.evaluation.agreement import Scores, rounded
from models.evaluation.bootstrap import draw, interval, resampled_ccc
from models.targets import measured
from models.trained import Predictions


class Intervals:
    """Bootstrap intervals of CCC, mean over seeds, over resamples of a split's labelled clips.

    They show how far a score depends on which clips were evaluated; how far it depends on the seed
    is `ccc_std`. Each target's CCC is over its own labelled steps. With fewer than two clips that
    have a label of each target there are no intervals.

    targets   names of the columns of labels and predictions
    measured  what there are intervals of: each target, and the mean
    used      how many resamples have a CCC, see models.evaluation.bootstrap.draw
    """

    def __init__(
        self, clips: Clips, targets: Sequence[str], resamples: int, seed: int, level: float
    ) -> None:
        self.measured, self._level = measured(targets), level
        labelled = {n: c for n, c in clips.items() if c.label_mask.any()}
        self._rows = {n: c.label_mask.any(dim=1).numpy() for n, c in labelled.items()}  # (T,) each
        known = {n: c.labels.masked_fill(~c.label_mask, np.nan) for n, c in labelled.items()}
        self._labels = [known[n].numpy()[rows] for n, rows in self._rows.items()]  # E x (R, Y)
        self._ccc: dict[str, np.ndarray] = {}  # {run: (Q, Y + 1)}, a column for each measured
        holds = [c.label_mask.any(dim=0).numpy() for c in labelled.values()]  # E x (Y,)
        enough = bool(holds) and int(np.sum(holds, axis=0).min()) > 1
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
            labelled = [predictions[n][rows] for n, rows in self._rows.items()]  # E x (R, Y)
            ccc.append(resampled_ccc(self._counts, labelled, self._labels))  # (Q, Y)
        mean = np.mean(ccc, axis=0)
        self._ccc[run] = np.column_stack([mean, mean.mean(axis=1)])  # (Q, Y + 1)
        columns = zip(self.measured, self._ccc[run].T, strict=True)
        return {t: {**scores[t], **self._bounds(x, "ccc_low", "ccc_high")} for t, x in columns}

    def against(self, run: str, other: str) -> dict[str, dict[str, float]]:
        """Bounds of the difference of a run's CCC from another's: {target or mean: {low, high,
        above_zero: the share of resamples in which it is above 0}}; empty without intervals.
        """
        if not self.used:
            return {}
        columns = zip(self.measured, (self._ccc[run] - self._ccc[other]).T, strict=True)
        return {
            t: {**self._bounds(x, "low", "high"), "above_zero": rounded((x > 0).mean())}
            for t, x in columns
        }

    def _bounds(self, values: np.ndarray, *names: str) -> dict[str, float]:
        return dict(zip(names, map(rounded, interval(values, self._level)), strict=True))
