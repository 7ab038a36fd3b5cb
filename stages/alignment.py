"""How rows get from their own times to the time grid."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from features.grid import How, onto
from features.track import State, Track
from stages.params import Section

FAR = {"text": State.NO_SPEECH, "labels": State.UNLABELLED}  # what a step far from every row is


class Rule(Section):
    """How one stream, or the labels, get from their own times to the grid."""

    how: How
    largest_gap_s: float = Field(gt=0)


def aligned(track: Track, times: np.ndarray, step_s: float, rule: Rule, kind: str) -> Track:
    """A Track (T', D) -> its values and states at the steps of a grid, (T, D).

    times  float64 (T,), s, see features.grid.grid; kind  of the stream, or labels
    """
    return onto(track, times, step_s, rule.how, rule.largest_gap_s, FAR.get(kind, State.GAP))
