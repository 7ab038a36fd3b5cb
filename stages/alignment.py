"""How rows get from their own times to the time grid."""

from __future__ import annotations

import numpy as np

from features.grid import onto
from features.track import State, Track
from stages.rules import Rule

FAR = {"text": State.NO_SPEECH, "labels": State.UNLABELLED}  # what a step far from every row is


def aligned(track: Track, times: np.ndarray, step_s: float, rule: Rule, kind: str) -> Track:
    """A Track (T', D) -> its values and states at the steps of a grid, (T, D).

    times  float64 (T,), s, see features.grid.grid; kind  of the stream, or labels
    """
    far = FAR.get(kind, State.GAP)
    if list(track.state) == [State.UNDECODABLE]:  # one row stands for all that could not be read
        far = State.UNDECODABLE
    return onto(track, times, step_s, rule.how, rule.largest_gap_s, far)
