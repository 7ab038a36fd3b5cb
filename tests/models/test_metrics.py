from __future__ import annotations

import math

import numpy as np
import pytest

from models.metrics import METRICS, ccc, pearson, rmse, scores


def test_ccc_by_hand():
    """Population moments: cov 4/3, variances 2/3 and 8/3, means 2 apart: (8/3) / (10/3 + 4)."""
    assert ccc([1, 2, 3], [2, 4, 6]) == pytest.approx(8 / 22)


def test_pearson_and_rmse_by_hand():
    assert pearson([1, 2, 3], [2, 4, 6]) == pytest.approx(1)
    assert rmse([1, 2, 3], [2, 4, 6]) == pytest.approx(math.sqrt(14 / 3))


def test_ccc_of_the_labels_themselves_is_one_and_of_their_opposite_minus_one():
    y = np.array([-0.5, 0.1, 0.4])
    assert ccc(y, y) == pytest.approx(1)
    assert ccc(-y, y) == pytest.approx(-1)


def test_ccc_punishes_scale_and_offset_that_pearson_forgives():
    y = np.random.default_rng(0).normal(size=101)
    assert pearson(3 * y + 1, y) == pytest.approx(1)
    assert ccc(3 * y + 1, y) < ccc(3 * y, y) < 1


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3])
def test_a_constant_prediction_agrees_with_nothing(value):
    x, y = np.full(7, value), np.arange(7.0)
    assert ccc(x, y) == pytest.approx(0, abs=1e-15)
    assert pearson(x, y) == 0


def test_small_spreads_on_large_offsets_keep_their_digits():
    """In float32 these moments would be rounding."""
    x = np.array([0.0, 1.0, 2.0])
    y = np.array([0.0, 2.0, 4.0])
    assert pearson(x + 1e6, y + 1e6) == pytest.approx(1)
    assert ccc(x + 1e6, y + 1e6) == pytest.approx(ccc(x, y))


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
class TestEveryMetric:
    def test_refuses_constant_labels(self, metric):
        with pytest.raises(ValueError, match=r"undefined: all 3 valid labels are 0\.5"):
            metric([1, 2, 3], [0.5, 0.5, 0.5])

    def test_refuses_no_labels(self, metric):
        with pytest.raises(ValueError, match="no valid label"):
            metric([], [])

    def test_refuses_numbers_that_are_not_finite(self, metric):
        with pytest.raises(ValueError, match="2 of 3 values of the prediction are not finite"):
            metric([math.nan, 1, math.inf], [1, 2, 3])
        with pytest.raises(ValueError, match="1 of 3 values of the label"):
            metric([1, 2, 3], [1, 2, math.nan])

    def test_refuses_series_of_other_lengths(self, metric):
        with pytest.raises(ValueError, match=r"\(3,\) and \(2,\)"):
            metric([1, 2, 3], [1, 2])


def test_masked_labels_change_no_score():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(31, 2)), rng.normal(size=(31, 2))
    mask = rng.random((31, 2)) < 0.7
    before = scores(x, y, mask, ("valence", "arousal"))
    x[~mask], y[~mask] = math.nan, 1e9
    assert scores(x, y, mask, ("valence", "arousal")) == before
    own = mask[:, 1]
    assert before["arousal"]["ccc"] == ccc(x[own, 1], y[own, 1])
    assert list(before["valence"]) == list(METRICS)


def test_the_target_of_a_failing_score_is_named():
    x, y = np.random.default_rng(0).normal(size=(5, 2)), np.arange(10.0).reshape(5, 2)
    y[:, 1] = 0
    with pytest.raises(ValueError, match="arousal: agreement is undefined"):
        scores(x, y, np.ones((5, 2), bool), ("valence", "arousal"))


def test_each_target_is_scored_over_its_own_steps_by_hand():
    """Of x = 1 2 3 and y = 2 4 6, and of three steps the last two, x = 2 3 and y = 4 6: cov 1/2,
    variances 1/4 and 1, means 5/2 apart: 1 / (5/4 + 25/4)."""
    x, y = np.array([[1.0] * 3, [2.0] * 3, [3.0] * 3]), np.array([[2.0] * 3, [4.0] * 3, [6.0] * 3])
    mask = np.ones((3, 3), bool)
    mask[0, 1] = False
    found = scores(x, y, mask, ("valence", "arousal", "dominance"))
    ccc_of = {target: metrics["ccc"] for target, metrics in found.items()}
    assert ccc_of == pytest.approx({"valence": 8 / 22, "arousal": 2 / 15, "dominance": 8 / 22})
    assert found["arousal"]["rmse"] == pytest.approx(math.sqrt(13 / 2))


def test_one_target_alone_is_scored():
    x, y = np.array([[1.0], [2.0], [3.0]]), np.array([[2.0], [4.0], [6.0]])
    found = scores(x, y, np.ones((3, 1), bool), ("sentiment",))
    assert found["sentiment"]["ccc"] == pytest.approx(8 / 22)


def test_scores_of_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r"need prediction, label and a bool mask, each \(R, 2\)"):
        scores(np.zeros((5, 3)), np.zeros((5, 3)), np.ones((5, 3), bool), ("valence", "arousal"))
    with pytest.raises(ValueError, match=r"got \(5, 2\), \(5, 2\), \(5,\) and a mask of bool"):
        scores(np.zeros((5, 2)), np.zeros((5, 2)), np.ones(5, bool), ("valence", "arousal"))
    with pytest.raises(ValueError, match="a mask of float64"):
        scores(np.zeros((5, 1)), np.zeros((5, 1)), np.ones((5, 1)), ("valence",))
