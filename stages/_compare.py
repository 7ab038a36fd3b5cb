"""By how much runs differ, and from which baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from stages._agreement import MEASURED, rounded
from stages._intervals import Intervals
from stages._trained import Trained


def validation(models: Sequence[Trained]) -> float:
    """What a run reached on the validation split while training, mean over seeds and targets."""
    return float(np.mean([list(model.about["validation"].values()) for model in models]))


def compare(
    table: Mapping[str, dict[str, Any]], pairs: Sequence[tuple[str, str]], intervals: Intervals
) -> None:
    """Add to each run's scores, for every other it is compared with, `against`: {other: {one of
    MEASURED: {difference, low, high, above_zero}}}; above zero means that the run is better."""
    for run, other in pairs:
        sure = intervals.against(run, other)
        table[run].setdefault("against", {})[other] = {
            t: {
                "difference": rounded(table[run][t]["ccc"] - table[other][t]["ccc"]),
                **sure.get(t, {}),
            }
            for t in MEASURED
        }
