"""The time grid, and the labels on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from features.track import State
from stages import grid
from stages.clips import read_assignments
from stages.on_grid import Grid
from stages.timing import Timing
from tests.repo import PARAMS
from tests.stages.sections import choose
from tests.stages.test_ingest import run as ingest

BOTH = {"valence": [-1, 1], "arousal": [-1, 1]}


@pytest.mark.parametrize("names", [("valence", "arousal"), ("arousal", "valence"), ("arousal",)])
def test_labels_are_found_by_name_in_whatever_order_targets_are(corpus: Path, names):
    """DVC takes a mapping in another order for the same, and does not run ingest again."""
    choose(targets=BOTH)
    ingest(corpus)
    choose(targets={name: BOTH[name] for name in names})
    grid.run(Timing(**PARAMS["grid"]))
    found = Grid(read_assignments(), [])
    assert list(found.targets) == list(names)
    labels, state = found.labels("a")
    expected = {"valence": 0.5, "arousal": -0.5}
    rated = state[:, 0] == State.OK
    assert rated.any() and (state[rated] == State.OK).all()
    for column, name in zip(labels[rated].T, names, strict=True):
        np.testing.assert_array_equal(column, np.float32(expected[name]))
