from __future__ import annotations

from typing import Any

import pytest

from models.evaluation.agreement import agreement
from models.evaluation.comparison import compare, validation
from models.evaluation.intervals import Intervals
from models.targets import measured
from tests.models.simple import TARGETS, clip, truth

MEASURED = measured(TARGETS)
STEPS = [[0.0, 0.0], [1.0, 1.0]]
TWO = {"a": clip(STEPS), "b": clip(STEPS)}


def table(intervals: Intervals, clips: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Runs with CCC 1, 0 and -1."""
    runs = {"right": 1, "zero": 0, "wrong": -1}
    scores = {}
    for name, factor in runs.items():
        predictions = {c: 0.5 + factor * (y - 0.5) for c, y in truth(clips).items()}
        scores[name] = intervals.add(name, [predictions], agreement(predictions, clips, TARGETS))
    return scores


def test_validation_is_the_mean_over_seeds_and_targets():
    seeds = [{"validation": {"valence": v, "arousal": a}} for v, a in ((0.1, 0.3), (0.5, 0.7))]
    assert validation(seeds) == pytest.approx(0.4)


def test_differences_have_bounds_where_there_are_intervals():
    intervals = Intervals(TWO, list(TARGETS), resamples=11, seed=1, level=0.9)
    made = table(intervals, TWO)
    compare(made, [("right", "zero"), ("right", "wrong"), ("zero", "right")], intervals)
    assert made["right"]["against"] == {
        other: {t: {"difference": d, "low": d, "high": d, "above_zero": 1} for t in MEASURED}
        for other, d in (("zero", 1), ("wrong", 2))
    }
    assert made["zero"]["against"]["right"]["mean"]["above_zero"] == 0
    assert "against" not in made["wrong"]


def test_without_intervals_there_is_only_the_difference():
    one = {"a": TWO["a"]}
    intervals = Intervals(one, list(TARGETS), resamples=11, seed=1, level=0.9)
    made = table(intervals, one)
    compare(made, [("wrong", "zero")], intervals)
    assert made["wrong"]["against"] == {"zero": {t: {"difference": -1} for t in MEASURED}}
