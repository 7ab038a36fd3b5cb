"""The offset of one signal from another, with signals whose offset is known."""

from __future__ import annotations

import numpy as np
import pytest

from features.av_lag import lag, moving_average

SECONDS = 11
GAP_S = 0.11


def talk(times: np.ndarray, seed: int = 1) -> np.ndarray:
    """Loud and quiet in turn, for about a third of a second each."""
    rng = np.random.default_rng(seed)
    moments = np.cumsum(rng.uniform(0.15, 0.5, 200)) - 5
    return np.interp(times, moments, rng.uniform(0, 1, 200))


def signal(hz: float, late: float = 0.0, seed: int = 1) -> np.ndarray:
    times = np.arange(0, SECONDS, 1 / hz)
    return np.stack([times, talk(times - late, seed)])


@pytest.mark.parametrize("late", [-0.4, -0.13, 0.0, 0.07, 0.4])
def test_a_known_offset_is_found_to_a_hundredth_of_a_second(late: float):
    found = lag(signal(25), signal(100, late), 1.0, GAP_S)
    assert found and found.confidence > 0.9999
    assert found.seconds == pytest.approx(late, abs=0.01)


def test_the_rates_and_the_scale_of_the_signals_do_not_matter():
    first, second = signal(30), signal(97, 0.21)
    second[1] = 5 - 3 * (1 - second[1])
    found = lag(first, second, 1.0, GAP_S)
    assert found and found.seconds == pytest.approx(0.21, abs=0.01)


def test_one_is_as_early_as_the_other_is_late():
    there, back = (lag(*pair, 1.0, GAP_S) for pair in _both_ways(signal(50), signal(50, 0.3)))
    assert there and back and there.seconds == pytest.approx(-back.seconds, abs=0.01)


def _both_ways(a: np.ndarray, b: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(a, b), (b, a)]


def test_unrelated_signals_are_as_sure_as_chance_lets_them_be():
    found = [lag(signal(25, seed=k), signal(100, seed=1000 + k), 1.0, GAP_S) for k in range(80)]
    sure = np.array([x.confidence if x else 0.0 for x in found])
    assert 0.2 < (sure > 0.5).mean() < 0.6  # what is sure to 0.5 is chance half of the time
    assert (sure > 0.9).mean() < 0.15
    assert (sure > 0.99).mean() < 0.04


def test_a_gap_in_one_signal_is_left_out_not_filled():
    first, second = signal(25), signal(100, 0.2)
    hole = (first[0] > 4) & (first[0] < 7)
    first[1, hole] = 9.0  # if it were used, it would be all there is
    found = lag(first[:, ~hole], second, 1.0, GAP_S)
    assert found and found.seconds == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize("nothing", ["none", "one", "short", "constant"])
def test_too_little_to_go_by_is_no_answer(nothing: str):
    second = signal(100)
    first = signal(25)
    some = {"none": 0, "one": 1, "short": 60, "constant": 1000}[nothing]
    first = first[:, :some] * [[1], [nothing != "constant"]]
    assert lag(first, second, 1.0, GAP_S) is None


def test_of_a_clip_shorter_than_the_offsets_looked_for_nothing_is_said():
    first, second = signal(25)[:, :25], signal(100)[:, :100]
    assert lag(first, second, 10.0, GAP_S) is None


def test_agreement_that_grows_towards_an_untried_lag_is_no_answer():
    assert lag(signal(25), signal(100, 0.5), 0.4, GAP_S) is None


def test_a_mean_is_of_the_neighbours_that_are_known():
    known = np.array([True, True, False, True, True])
    x = np.array([1.0, 2.0, 99.0, 4.0, 6.0])
    assert moving_average(x, known, 3).tolist() == [1.5, 1.5, 3.0, 5.0, 5.0]
