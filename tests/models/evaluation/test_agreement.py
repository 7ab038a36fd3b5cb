from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from models.evaluation.agreement import agreement, ccc_without, over_seeds, rounded
from models.evaluation.published import PROTOCOLS
from tests.models.simple import TARGETS, clip, truth

# Valence x = 1 2 3 and y = 2 4 6, arousal right; in two clips, and one step without a label.
CLIPS = {"a": clip([[2, 0.1], [4, 0.2], [9, 9]], unlabelled=[2]), "b": clip([[6.0, 0.6]])}
PREDICTIONS = {
    "b": np.array([[3, 0.6]], np.float32),
    "a": np.array([[1, 0.1], [2, 0.2], [-5, 5]], np.float32),
}


def test_metrics_by_hand_over_the_labelled_steps_of_all_clips():
    scores = agreement(PREDICTIONS, CLIPS, TARGETS)
    valence, arousal = scores["valence"], scores["arousal"]
    assert valence == pytest.approx({"ccc": 8 / 22, "pearson": 1, "rmse": math.sqrt(14 / 3)})
    assert arousal == pytest.approx({"ccc": 1, "pearson": 1, "rmse": 0}, abs=1e-6)
    assert scores["mean"] == pytest.approx({"ccc": (8 / 22 + 1) / 2})


def test_each_target_is_measured_over_its_own_steps_by_hand():
    """Valence as above; arousal without a label in the first step, so x = 2 3 and y = 4 6, with
    cov 1/2, variances 1/4 and 1, and means 5/2 apart: 1 / (5/4 + 25/4)."""
    clips = {"a": clip([[2, 2], [4.0, 4]], arousal=[0]), "b": clip([[6.0, 6]])}
    predictions = {"a": np.array([[1.0, 1], [2, 2]]), "b": np.array([[3.0, 3]])}
    scores = agreement(predictions, clips, TARGETS, ["ccc_sample_variance"])
    assert scores["valence"]["ccc"] == pytest.approx(8 / 22)
    assert scores["arousal"]["ccc"] == pytest.approx(2 / 15)
    assert scores["mean"]["ccc"] == pytest.approx((8 / 22 + 2 / 15) / 2)
    assert scores["valence"]["ccc_sample_variance"] == pytest.approx(8 / 27)
    assert scores["arousal"]["ccc_sample_variance"] == pytest.approx(1 / (1 / 2 + 2 + 25 / 4))


def test_one_target_alone_is_its_own_mean():
    both = clip([[2, 9.0], [4, 9], [6, 9]])
    alone = replace(both, labels=both.labels[:, :1], label_mask=both.label_mask[:, :1])
    scores = agreement({"a": np.array([[1.0], [2], [3]])}, {"a": alone}, {"sentiment": (-3, 3)})
    assert list(scores) == ["sentiment", "mean"]
    assert scores["sentiment"]["ccc"] == scores["mean"]["ccc"] == pytest.approx(8 / 22)


def test_variants_stand_beside_the_metrics_and_have_a_mean():
    scores = agreement(PREDICTIONS, CLIPS, TARGETS, ["ccc_sample_variance"])
    assert scores["valence"]["ccc_sample_variance"] == pytest.approx(8 / 27)
    assert scores["arousal"]["ccc_sample_variance"] == pytest.approx(2 / 3)
    assert scores["mean"]["ccc_sample_variance"] == pytest.approx((8 / 27 + 2 / 3) / 2)
    assert scores["mean"]["ccc"] == agreement(PREDICTIONS, CLIPS, TARGETS)["mean"]["ccc"]


def test_every_published_variant_can_be_chosen():
    found = agreement(PREDICTIONS, CLIPS, TARGETS, list(PROTOCOLS))
    assert set(found["mean"]) == {"ccc", *PROTOCOLS}


def test_a_target_without_agreement_to_measure_is_named():
    constant = {"a": clip([[0.1, 0.5], [0.2, 0.5]])}
    with pytest.raises(ValueError, match="arousal: agreement is undefined"):
        agreement(truth(constant), constant, TARGETS)


def test_seeds_are_averaged_and_ccc_has_its_deviation():
    """Of 0.5 and 0.7: mean 0.6, deviation 0.1 with the population's denominator."""
    each = [{"valence": {"ccc": c, "rmse": r}} for c, r in ((0.5, 1), (0.7, 3))]
    assert over_seeds(each) == {"valence": {"ccc": 0.6, "rmse": 2, "ccc_std": 0.1}}


def test_one_seed_has_no_deviation():
    assert over_seeds([{"mean": {"ccc": 1 / 3}}]) == {"mean": {"ccc": 0.333333, "ccc_std": 0}}


def test_without_a_modality_means_are_over_seeds():
    """One seed is right, the other predicts nothing but zeros."""
    right = truth(CLIPS)
    wrong = {name: np.zeros_like(y) for name, y in right.items()}
    found = ccc_without([{"visual": right}, {"visual": wrong}], CLIPS, TARGETS)
    assert found == {"ccc_without": {"visual": dict.fromkeys(TARGETS, pytest.approx(0.5))}}


def test_a_single_modality_cannot_be_taken_away():
    assert ccc_without([{}, {}], CLIPS, TARGETS) == {}


def test_scores_are_rounded_to_six_decimals():
    assert rounded(np.float32(2 / 3)) == 0.666667
    assert type(rounded(np.float64(1))) is float
