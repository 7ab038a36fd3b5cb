"""Rows come onto the grid by their times; every number here can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from features.grid import grid, onto
from features.track import State, track

STEP = 1.0  # steps are centred on 0.5, 1.5, 2.5, ...


def on(times, values, how, *, steps=4, gap=0.5, state=None, far=State.GAP):
    """Values of one column, None where there is none, and states by name."""
    rows = track(np.array(values, float).reshape(len(values), 1), times, state)
    out = onto(rows, grid(steps * STEP, STEP), STEP, how, gap, far)
    shown = [None if np.isnan(v) else round(float(v), 6) for v in out.values[:, 0]]
    return shown, [State(s).name for s in out.state]


@pytest.mark.parametrize(
    "duration, centres",
    [(2.0, [0.5, 1.5]), (2.4, [0.5, 1.5]), (2.5, [0.5, 1.5, 2.5]), (0.0, [0.5]), (0.1, [0.5])],
)
def test_a_grid_covers_the_clip(duration, centres):
    assert grid(duration, 1.0).tolist() == centres


def test_a_long_grid_does_not_drift():
    times = grid(3600, 0.1)
    assert len(times) == 36_000
    assert times[-1] == pytest.approx(3599.95, abs=1e-9)


@pytest.mark.parametrize("duration, step", [(1, 0), (1, -1), (-1, 1), (float("inf"), 1)])
def test_a_grid_without_length_or_step_is_refused(duration, step):
    with pytest.raises(ValueError, match="a step above 0 s"):
        grid(duration, step)


def test_nearest_takes_the_row_nearest_in_time():
    values, states = on([0.4, 1.9, 2.4], [1, 2, 3], "nearest")
    assert values == [1, 2, 3, None]
    assert states == ["OK", "OK", "OK", "GAP"]  # 3.5 is 1.1 s from the last row


def test_nearest_takes_the_earlier_of_two():
    assert on([0.0, 1.0, 2.0], [1, 2, 3], "nearest", steps=2)[0] == [1, 2]


def test_mean_takes_the_rows_of_the_step():
    values, states = on([0.0, 0.25, 0.75, 1.0, 2.9], [1, 2, 6, 7, 5], "mean")
    assert values == [3, 7, 5, None]  # 1.0 belongs to the second step
    assert states == ["OK", "OK", "OK", "GAP"]


def test_mean_leaves_out_rows_that_are_not_ok():
    states = [State.OK, State.NO_FACE, State.OK, State.NO_FACE]
    values, found = on([0.2, 0.5, 0.8, 1.5], [1, 100, 3, 100], "mean", steps=2, state=states)
    assert values == [2, None]
    assert found == ["OK", "NO_FACE"]


def test_mean_falls_back_on_the_nearest_row_within_reach():
    assert on([0.4, 2.1], [1, 3], "mean", steps=3, gap=0.6) == ([1, 3, 3], ["OK", "OK", "OK"])


def test_mean_of_many_rows_keeps_its_last_digits():
    times = np.arange(100_000) / 1000
    values = 1000 + np.sin(times)
    rows = track(values[:, None], times)
    out = onto(rows, grid(100, 0.1), 0.1, "mean", 0.1)
    expected = values.reshape(1000, 100).mean(axis=1)
    assert out.values[:, 0] == pytest.approx(expected, abs=1e-4)


def test_linear_lies_between_the_rows_around():
    values, states = on([0.0, 1.0, 2.0, 4.0], [0, 10, 30, 10], "linear", gap=1.0)
    assert values == [5, 20, 25, 15]
    assert set(states) == {"OK"}


def test_linear_hits_a_row_exactly():
    assert on([0.5, 1.5, 2.5], [4, 6, 5], "linear", steps=3)[0] == [4, 6, 5]


def test_linear_does_not_cross_a_gap_or_a_row_that_is_not_ok():
    values, states = on([0.4, 3.4], [1, 9], "linear", gap=0.5)
    assert (values, states) == ([1, None, None, 9], ["OK", "GAP", "GAP", "OK"])
    states_in = [State.OK, State.BLURRED, State.OK]
    values, states = on([0.0, 1.0, 2.0], [1, 5, 3], "linear", steps=2, gap=0.6, state=states_in)
    assert (values, states) == ([1, None], ["OK", "BLURRED"])


def test_linear_does_not_reach_beyond_the_first_and_the_last_row():
    assert on([1.0, 1.2], [0, 9], "linear", steps=3, gap=0.6) == (
        [0, 9, None],
        ["OK", "OK", "GAP"],
    )


@pytest.mark.parametrize("how", ["nearest", "mean", "linear"])
def test_one_row_reaches_as_far_as_the_largest_gap(how):
    assert on([1.5], [7], how, steps=4, gap=1.0)[0] == [7, 7, 7, None]


@pytest.mark.parametrize("how", ["nearest", "mean", "linear"])
def test_a_clip_without_rows_is_absent(how):
    out = onto(track(np.zeros((0, 3)), []), grid(2, 1), 1, how, 0.5)
    assert out.state.tolist() == [State.ABSENT] * 2
    assert out.values.shape == (2, 3)


@pytest.mark.parametrize("how", ["nearest", "mean", "linear"])
def test_a_clip_of_nothing_but_bad_rows_keeps_their_reasons(how):
    bad = [State.NO_FACE, State.UNDECODABLE]
    assert on([0.5, 1.5], [1, 2], how, steps=3, state=bad) == (
        [None] * 3,
        ["NO_FACE", "UNDECODABLE", "GAP"],
    )


def test_what_is_far_from_every_row_may_have_a_reason_of_its_own():
    assert on([0.5], [1], "nearest", steps=2, far=State.NO_SPEECH)[1] == ["OK", "NO_SPEECH"]


def test_another_way_is_refused_by_name():
    with pytest.raises(ValueError, match="no way 'cubic' onto a grid; there are: nearest, mean"):
        on([0.5], [1], "cubic")
