"""How sure the scores are: intervals over resampled clips, the same clips for every run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from models.bootstrap import draw, interval, resampled_ccc
from stages._agreement import MEASURED, Clips, Guesses, Scores, rounded
from stages._params import Section


class Resampling(Section):
    resamples: int = Field(gt=0)
    seed: int = Field(ge=0)
    level: float = Field(gt=0, lt=1)


class Intervals:
    """CCC of runs in each resample of a split's labelled clips, averaged over seeds.

    They say how far a score depends on which clips were evaluated. How far it depends on the seed
    is not in them: that is `ccc_std`. With fewer than two labelled clips there are none.

    used  how many resamples have a CCC, see models.bootstrap.draw
    """

    def __init__(self, clips: Clips, how: Resampling) -> None:
        self._level = how.level
        self._masks = {n: c.label_mask.numpy() for n, c in clips.items() if c.label_mask.any()}
        self._labels = [clips[name].labels.numpy()[mask] for name, mask in self._masks.items()]
        self._ccc: dict[str, np.ndarray] = {}  # {run: (Q, 3)}, a column for each of MEASURED
        enough = len(self._labels) > 1
        self._counts = draw(self._labels, how.resamples, how.seed) if enough else None  # (Q, E)
        self.used = 0 if self._counts is None else len(self._counts)

    def add(self, run: str, each: Sequence[Guesses], scores: Scores) -> Scores:
        """Take note of what a run answers under each seed -> its scores with the bounds of CCC,
        ccc_low and ccc_high."""
        if self._counts is None:
            return scores
        ccc = []
        for guesses in each:
            seen = [guesses[name][mask] for name, mask in self._masks.items()]  # (R, 2) of a clip
            ccc.append(resampled_ccc(self._counts, seen, self._labels))  # (Q, 2)
        mean = np.mean(ccc, axis=0)
        self._ccc[run] = np.column_stack([mean, mean.mean(axis=1)])  # (Q, 3)
        columns = zip(MEASURED, self._ccc[run].T, strict=True)
        return {t: {**scores[t], **self._bounds(x, "ccc_low", "ccc_high")} for t, x in columns}

    def against(self, run: str, other: str) -> dict[str, dict[str, float]]:
        """How much higher a run's CCC is than another's on the same clips: {one of MEASURED: {low,
        high, above_zero: the share of resamples in which it is higher}}, empty if there are none.
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
