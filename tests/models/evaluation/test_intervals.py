from __future__ import annotations

import numpy as np
import pytest

from models.aligned import AlignedClip
from models.evaluation.agreement import agreement
from models.evaluation.intervals import Intervals
from models.targets import measured
from tests.models.simple import TARGETS, clip, truth

MEASURED = measured(TARGETS)
STEPS = [[0.0, 0.0], [1.0, 1.0]]
CLIPS = {"a": clip(STEPS), "b": clip(STEPS)}
RIGHT = truth(CLIPS)
HALF = {**RIGHT, "b": 1 - RIGHT["b"]}  # right in a, the opposite in b
ZERO = {name: 0 * y for name, y in RIGHT.items()}
EXTRA = {t: {"ccc": 0.5, "rmse": 0.25} for t in MEASURED}


def intervals(clips: dict[str, AlignedClip] = CLIPS, level: float = 1.0, **changes) -> Intervals:
    return Intervals(
        clips, list(TARGETS), **{"resamples": 101, "seed": 1, "level": level, **changes}
    )


def test_bounds_by_hand():
    """The resamples of two clips are a a, a b and b b, with CCC 1, 0 and -1."""
    for level, bound in ((1.0, 1), (0.0, 0)):
        table = intervals(level=level).add("half", [HALF], agreement(HALF, CLIPS, TARGETS))
        for target in MEASURED:
            assert table[target]["ccc_low"] == pytest.approx(-bound)
            assert table[target]["ccc_high"] == pytest.approx(bound)


def test_the_scores_are_kept_and_the_bounds_of_each_target_added():
    """Valence is right, arousal is always zero."""
    mixed = {name: y * [1, 0] for name, y in RIGHT.items()}
    assert intervals().add("mixed", [mixed], EXTRA) == {
        t: {"ccc": 0.5, "rmse": 0.25, "ccc_low": bound, "ccc_high": bound}
        for t, bound in zip(MEASURED, (1, 0, 0.5), strict=True)
    }


def test_seeds_are_averaged_in_each_resample():
    table = intervals().add("run", [RIGHT, ZERO], EXTRA)
    assert table["mean"]["ccc_low"] == table["mean"]["ccc_high"] == 0.5


def test_a_difference_is_of_the_same_resamples():
    """Right less half-right is 0, 1 and 2; above zero in all but a a."""
    made = intervals()
    for run, predictions in (("right", RIGHT), ("half", HALF)):
        made.add(run, [predictions], EXTRA)
    found = made.against("right", "half")
    assert list(found) == list(MEASURED)
    for bounds in found.values():
        assert (bounds["low"], bounds["high"]) == pytest.approx((0, 2))
        assert 0.65 < bounds["above_zero"] < 0.85
    assert made.against("half", "right")["valence"]["above_zero"] == 0
    assert made.against("half", "half")["mean"] == {"low": 0, "high": 0, "above_zero": 0}


@pytest.mark.parametrize("unlabelled", [[], [0, 1]])
def test_fewer_than_two_labelled_clips_have_no_interval(unlabelled):
    clips = {"a": clip(STEPS, unlabelled=unlabelled), "b": clip(STEPS, unlabelled=[0, 1])}
    made = intervals(clips)
    assert made.used == 0
    assert made.add("run", [truth(clips)], EXTRA) == EXTRA
    assert made.against("run", "run") == {}


def test_clips_without_a_label_are_not_drawn():
    clips = {**CLIPS, "c": clip(STEPS, unlabelled=[0, 1])}
    made, same = intervals(clips), intervals()
    assert made.used == 101
    added = made.add("half", [{**HALF, "c": np.full((2, 2), np.nan)}], EXTRA)
    assert added == same.add("half", [HALF], EXTRA)


def test_each_target_is_over_its_own_steps_by_hand():
    """Valence as above, right in a and opposite in b, but b has no arousal: in every resample
    arousal is that of a, and resamples of b alone are left out."""
    clips = {**CLIPS, "b": clip(STEPS, arousal=[0, 1]), "c": clip(STEPS, valence=[0, 1])}
    predictions = {**HALF, "c": RIGHT["a"]}
    made = intervals(clips, resamples=1000)
    table = made.add("half", [predictions], EXTRA)
    assert (table["valence"]["ccc_low"], table["valence"]["ccc_high"]) == pytest.approx((-1, 1))
    assert table["arousal"]["ccc_low"] == table["arousal"]["ccc_high"] == 1
    # of 27 draws of three clips, b b b has no arousal and c c c no valence
    assert made.used == pytest.approx(1000 * 25 / 27, abs=40)


def test_what_unlabelled_steps_hold_changes_no_bound():
    """A step without arousal counts for valence, whatever arousal is predicted there."""
    clips = {**CLIPS, "a": clip([*STEPS, [1.0, 0.0]], arousal=[2])}
    bounds = []
    for garbage in (0.0, 1e9, np.nan):
        predictions = {**HALF, "a": np.array([*STEPS, [0.0, garbage]])}
        bounds.append(intervals(clips).add("half", [predictions], EXTRA))
    assert bounds[0] == bounds[1] == bounds[2]
    assert bounds[0]["valence"]["ccc_high"] < bounds[0]["arousal"]["ccc_high"] == 1


def test_a_target_labelled_in_one_clip_has_no_interval_and_leaves_none():
    """Its interval would have no width: every resample would score that clip."""
    made = intervals({**CLIPS, "b": clip(STEPS, arousal=[0, 1])})
    assert made.used == 0
    assert made.add("half", [HALF], EXTRA) == EXTRA


def test_resamples_that_define_no_ccc_are_not_used():
    """Two clips of constant labels: a a and b b are left out, about half of all."""
    clips = {"a": clip([[0.1, 0.1]]), "b": clip([[0.3, 0.3]])}
    assert 400 < intervals(clips, resamples=1000).used < 600


def test_another_seed_draws_other_clips():
    first, second = (intervals(level=0.5, seed=seed, resamples=3) for seed in (1, 3))
    assert first.add("half", [HALF], EXTRA) != second.add("half", [HALF], EXTRA)
