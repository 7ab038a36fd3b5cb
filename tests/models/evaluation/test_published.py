from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import uniform_filter1d  # librosa brings it; only this test needs it

from models.evaluation.published import PROTOCOLS, moving_mean
from models.metrics import ccc

ROWS = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
ALL = np.ones((3, 2), bool)
TARGETS = {"valence": (-1.0, 1.0), "arousal": (-1.0, 1.0)}


def both(column: list[float]) -> np.ndarray:
    """The same series for both targets (T, 2)."""
    return np.stack([column, column], axis=1)


def planted() -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(0)
    labels = [rng.normal(0.3, 0.2, (n, 2)) for n in (61, 7, 113)]
    return [(y + rng.normal(0, 0.2, y.shape), y, rng.random(y.shape) < 0.8) for y in labels]


def test_sample_variance_by_hand():
    """x = 1 2 3 and y = 2 4 6: 2 (4/3) / (1 + 4 + 2^2)."""
    got = PROTOCOLS["ccc_sample_variance"]([(both([1, 2, 3]), both([2, 4, 6]), ALL)], TARGETS)
    assert got == pytest.approx([8 / 27] * 2)


def test_by_sample_variance_perfect_agreement_is_less_than_one():
    assert PROTOCOLS["ccc_sample_variance"]([(ROWS, ROWS, ALL)], TARGETS) == pytest.approx(
        [2 / 3] * 2
    )


def test_jca22_by_hand():
    """x = 1 2 3 and y = 2 4 6: rho 1, deviations 1 and 2: 2 1 2 / (1 + 4 + 2^2)."""
    got = PROTOCOLS["ccc_jca22"]([(both([1, 2, 3]), both([2, 4, 6]), ALL)], TARGETS)
    assert got == pytest.approx([4 / 9] * 2)


def test_jca22_shrinks_what_varies_little():
    """Deviations of 1e-4: 1e-8 is as large as a variance. rho 2/3, 2 (2/3) 1e-8 / (2e-8 + 1e-8)."""
    small = both([-1e-4, 0, 1e-4])
    assert PROTOCOLS["ccc_jca22"]([(small, small, ALL)], TARGETS) == pytest.approx([4 / 9] * 2)


def test_a_moving_mean_by_hand():
    assert moving_mean(np.array([4.0, 8.0, 12.0]), 2) == pytest.approx([2, 6, 10])
    assert moving_mean(np.array([3.0, 6.0, 9.0]), 3) == pytest.approx([3, 6, 5])


@pytest.mark.parametrize("size", [1, 2, 3, 20, 50])
@pytest.mark.parametrize("length", [0, 1, 7, 61])
def test_the_moving_mean_is_the_filter_that_the_papers_call(length, size):
    x = np.random.default_rng(0).normal(size=length)
    expected = uniform_filter1d(x, size, mode="constant") if length else x
    assert moving_mean(x, size) == pytest.approx(expected)


def test_smoothing_by_the_letter():
    """Clipped, zero where there is no label, smoothed per clip, all steps together."""
    clips = planted()
    for k, size in ((0, 20), (1, 50)):
        x = [np.clip(predicted[:, k], -1, 1) * mask[:, k] for predicted, _, mask in clips]
        x = np.concatenate([uniform_filter1d(one, size, mode="constant") for one in x])
        y = np.concatenate([label[:, k] * mask[:, k] for _, label, mask in clips])
        assert PROTOCOLS["ccc_affwild2_smoothed"](clips, TARGETS)[k] == pytest.approx(ccc(x, y))


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS)
def test_what_unlabelled_steps_hold_changes_no_score(protocol):
    before = protocol(planted(), TARGETS)
    assert np.isfinite(before).all()
    clips = planted()
    for prediction, label, mask in clips:
        prediction[~mask], label[~mask] = 7.0, np.nan
    assert (protocol(clips, TARGETS) == before).all()


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS)
def test_a_target_is_scored_as_it_is_alone(protocol):
    together = protocol(planted(), TARGETS)
    for k, target in enumerate(TARGETS):
        alone = [tuple(part[:, [k]] for part in clip) for clip in planted()]
        assert protocol(alone, {target: TARGETS[target]}) == pytest.approx(together[k])


def test_before_it_is_smoothed_a_prediction_is_clipped_to_its_range():
    rng = np.random.default_rng(0)
    label, wild = rng.uniform(1, 5, (61, 1)), rng.normal(3, 4, (61, 1))
    mask = np.ones((61, 1), bool)

    def score(prediction: np.ndarray, low: float, high: float) -> float:
        clips = [(prediction, label, mask)]
        return PROTOCOLS["ccc_affwild2_smoothed"](clips, {"valence": (low, high)})[0]

    assert score(wild, 1, 5) == score(wild.clip(1, 5), 1, 5) == score(wild.clip(1, 5), -99, 99)
    assert score(wild, 1, 5) != score(wild, -99, 99)


def test_a_target_that_no_paper_smooths_is_named():
    clips = [(ROWS[:, :1], ROWS[:, :1], ALL[:, :1])]
    with pytest.raises(ValueError, match="how valence and arousal are smoothed, not sentiment"):
        PROTOCOLS["ccc_affwild2_smoothed"](clips, {"sentiment": (-3.0, 3.0)})
