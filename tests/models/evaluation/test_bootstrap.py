from __future__ import annotations

import numpy as np
import pytest

from models.evaluation.bootstrap import draw, interval, resampled_ccc
from models.metrics import ccc

LENGTHS = (3, 7, 1, 11, 5)


def planted(offset: float = 0.0) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Five clips of different lengths, two targets; predictions are labels and noise."""
    rng = np.random.default_rng(0)
    labels = [rng.normal(offset, 1, (n, 2)) for n in LENGTHS]
    return [y + rng.normal(0, 0.7, y.shape) for y in labels], labels


@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_sums_over_clips_give_what_a_loop_over_resamples_gives(offset):
    predictions, labels = planted(offset)
    counts = draw(labels, 23, 1)
    for fast, row in zip(resampled_ccc(counts, predictions, labels), counts, strict=True):
        x, y = (
            np.concatenate([np.tile(c, (n, 1)) for c, n in zip(clips, row, strict=True)])
            for clips in (predictions, labels)
        )
        assert fast == pytest.approx([ccc(x[:, k], y[:, k]) for k in range(2)], abs=1e-10)


def test_a_resample_holds_as_many_clips_as_there_are():
    counts = draw(planted()[1], 101, 1)
    assert counts.shape == (101, 5)
    assert (counts.sum(axis=1) == 5).all()
    assert counts.mean(axis=0) == pytest.approx(1, abs=0.3)


def test_the_same_seed_draws_the_same_clips_and_another_draws_others():
    labels = planted()[1]
    assert (draw(labels, 13, 1) == draw(labels, 13, 1)).all()
    assert (draw(labels, 13, 1) != draw(labels, 13, 2)).any()


def test_resamples_of_constant_labels_are_left_out():
    """Of two clips, each constant, only the resamples that hold both have a CCC: one of two."""
    labels = [np.full((2, 1), 0.1), np.full((3, 1), 0.3)]
    counts = draw(labels, 1000, 1)
    assert (counts == 1).all()
    assert 450 < len(counts) < 550
    assert np.isfinite(resampled_ccc(counts, [y**2 for y in labels], labels)).all()


def test_one_constant_target_is_enough_to_leave_a_resample_out():
    varied = np.array([[0.0], [1.0]])
    labels = [np.hstack([varied, np.full((2, 1), k)]) for k in (0.0, 1.0)]
    assert (draw(labels, 100, 1) == 1).all()


def test_a_resample_that_lacks_a_target_is_left_out():
    """Only the first clip has the second target, so that no resample lacks it."""
    varied = np.array([[0.0, 0.0], [1.0, 1.0]])
    counts = draw([varied, varied + np.array([0, np.nan])], 1000, 1)
    assert (counts[:, 0] > 0).all()
    assert 700 < len(counts) < 800


@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_sums_over_clips_are_of_each_targets_own_labels(offset):
    predictions, labels = planted(offset)
    rng = np.random.default_rng(1)
    for y in labels:
        y[rng.random(y.shape) < 0.3] = np.nan
    kept = [(x, y) for x, y in zip(predictions, labels, strict=True) if not np.isnan(y).all()]
    predictions, labels = zip(*kept, strict=True)
    counts = draw(labels, 23, 1)
    for fast, row in zip(resampled_ccc(counts, predictions, labels), counts, strict=True):
        x, y = (
            np.concatenate([np.tile(c, (n, 1)) for c, n in zip(clips, row, strict=True)])
            for clips in (predictions, labels)
        )
        own = [~np.isnan(y[:, k]) for k in range(2)]
        expected = [ccc(x[rows, k], y[rows, k]) for k, rows in enumerate(own)]
        assert fast == pytest.approx(expected, abs=1e-10)


def test_an_interval_holds_the_middle_share():
    assert interval(np.arange(101.0), 0.9) == pytest.approx((5, 95))


def test_what_cannot_be_drawn_from_is_refused():
    one = np.array([[0.0], [1.0]])
    with pytest.raises(ValueError, match="needs 2 or more, got 1"):
        draw([one], 10, 1)
    with pytest.raises(ValueError, match="number 1 has none"):
        draw([one, one[:0]], 10, 1)
    with pytest.raises(ValueError, match="number 1 has none"):
        draw([one, one * np.nan], 10, 1)
    with pytest.raises(ValueError, match=r"in each of 10 resamples .* constant or none"):
        draw([one[:1], one[:1]], 10, 1)
