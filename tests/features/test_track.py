"""A Track cannot hold what a Track must not hold."""

from __future__ import annotations

import numpy as np
import pytest

from features.track import State, Track, track

NAN = float("nan")


def rows(*values):
    return np.array(values, np.float32).reshape(len(values), -1)


def test_a_row_that_is_not_ok_has_no_value():
    t = track([[1, 2], [3, 4]], [0.5, 1.5], [State.OK, State.SILENCE])
    assert t.values[0].tolist() == [1, 2]
    assert np.isnan(t.values[1]).all()
    assert t.mask.tolist() == [True, False]
    assert (t.dim, t.values.dtype, t.times.dtype, t.state.dtype) == (2, "f4", "f8", "u1")


def test_making_a_track_leaves_its_input_as_it_was():
    values = np.ones((2, 3), np.float32)
    track(values, [0, 1], [State.OK, State.NO_FACE])
    assert (values == 1).all()


def test_a_track_may_have_no_rows():
    assert track(np.zeros((0, 5)), np.zeros(0)).dim == 5


@pytest.mark.parametrize(
    "values, times, state, message",
    [
        (np.zeros((2, 3)), [0, 1], [0, 0], "must be float32"),
        (np.zeros(2, "f4"), [0, 1], [0, 0], "must be float32"),
        (rows(1, 2), [0.0, 1.0, 2.0], [0, 0], r"times must be float64 \(2,\)"),
        (rows(1, 2), [0.0, 1.0], [0], r"state must be uint8 \(2,\)"),
        (rows(1, 2), [1.0, 1.0], [0, 0], "row 0 is 1.0 s and row 1 1.0 s"),
        (rows(1, 2), [1.0, 0.5], [0, 0], "must increase"),
        (rows(1), [NAN], [0], "row 0 is nan s"),
        (rows(1, NAN), [0.0, 1.0], [0, 0], "row 1 .* state OK"),
        (rows(1, 2), [0.0, 1.0], [0, 6], "row 1 .* state SILENCE"),
        (rows(1, np.inf), [0.0, 1.0], [0, 6], "NaN throughout"),
        (np.array([[NAN, 1]], "f4"), [0.0], [1], "NaN throughout"),
        (rows(1), [0.0], [99], "99, which is none"),
    ],
)
def test_a_broken_track_says_where(values, times, state, message):
    with pytest.raises(ValueError, match=message):
        Track(values, np.array(times, np.float64), np.array(state, np.uint8))


def test_the_numbers_of_states_are_the_ones_shards_were_written_with():
    assert [s.name for s in sorted(State)] == [
        *("OK", "NO_FACE", "SEVERAL_FACES", "LOW_CONFIDENCE", "BLURRED", "UNDECODABLE"),
        *("SILENCE", "NO_SPEECH", "UNLABELLED", "GAP", "ABSENT", "MISSING"),
    ]
