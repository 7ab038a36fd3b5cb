"""Comparison of runs: differences of CCC with intervals, and the score that chooses a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.evaluation.agreement import rounded
from models.evaluation.intervals import Intervals


def validation(seeds: Sequence[Mapping[str, Any]]) -> float:
    """Validation CCC of a run in training, mean over seeds and targets.

    seeds  how it was made under each seed, with `validation`, {target: CCC}
    """
    return float(np.mean([list(made["validation"].values()) for made in seeds]))


def compare(
    table: Mapping[str, dict[str, Any]], pairs: Sequence[tuple[str, str]], intervals: Intervals
) -> None:
    """Add to the scores of each run its differences from others, pairs of (run, other).

    They stand under `against`: {other: {target or mean: {difference, low, high, above_zero}}};
    a difference above zero means that the run is better. Without intervals there is only
    `difference`.
    """
    for run, other in pairs:
        bounds = intervals.against(run, other)
        table[run].setdefault("against", {})[other] = {
            t: {
                "difference": rounded(table[run][t]["ccc"] - table[other][t]["ccc"]),
                **bounds.get(t, {}),
            }
            for t in intervals.measured
        }
