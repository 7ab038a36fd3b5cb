"""One clip's modalities, each at its own times -> rows on one time grid, with masks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import Field

from features.grid import How, grid, onto
from features.track import State, Track
from stages.params import Section

FAR = {"text": State.NO_SPEECH, "labels": State.UNLABELLED}  # what a step far from every row is


class Rule(Section):
    """How one modality gets from its own times to the grid."""

    how: How
    largest_gap_s: float = Field(gt=0)


def aligned(
    tracks: Mapping[str, Track], duration_s: float, step_s: float, rules: Mapping[str, Rule]
) -> dict[str, np.ndarray]:
    """Tracks {name: (T', D)} -> the columns of a grid record.

    times  float64 (T,), s: the steps that a clip of `duration_s` holds
    <name>, <name>.state  of each track, its values float32 (T, D) and State of each step
    """
    times = grid(duration_s, step_s)
    columns = {"times": times}
    for name, track in tracks.items():
        rule, far = rules[name], FAR.get(name, State.GAP)
        on = onto(track, times, step_s, rule.how, rule.largest_gap_s, far)
        columns |= {name: on.values, f"{name}.state": on.state}
    return columns
