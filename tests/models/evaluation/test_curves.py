from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from models.dataset import Place
from models.evaluation.agreement import agreement
from models.evaluation.curves import Point, curves
from models.evaluation.disturbance import KINDS, Disturbances
from models.trained import Trained
from tests.models.simple import TARGETS, clip, run

CLIPS = {
    name: clip([[0.1 * t, 0.2 * t - number] for t in range(length)])
    for number, (name, length) in enumerate({"a": 5, "b": 3, "c": 7, "d": 2}.items())
}


def points(trained: Trained, kinds: list[str], shares: list[float]):
    each = {m: Disturbances(CLIPS, m, stretch=2, seed=1) for m in ("visual", "audio")}
    return curves(trained, CLIPS, TARGETS, each, kinds, shares)


def test_every_share_of_every_kind_comes_in_its_order():
    found = points(run(), ["frozen", "dropped"], [0.5, 0])
    order = [("frozen", 0.5), ("frozen", 0), ("dropped", 0.5), ("dropped", 0)]
    assert list(found) == [Point(m, *each) for m in ("visual", "audio") for each in order]


@pytest.mark.parametrize("apart", [False, True])
def test_at_share_zero_the_scores_are_those_of_the_clips(apart):
    trained = run(0.5, apart=apart)
    plain = agreement(trained.each_of(CLIPS), CLIPS, TARGETS)
    for scores in points(trained, ["dropped", "noised"], [0]).values():
        assert {t: s["ccc"] for t, s in scores.items()} == pytest.approx(
            {t: s["ccc"] for t, s in plain.items()}, abs=1e-9
        )


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_those_of_clips_that_are_disturbed_as_a_whole(kind, apart):
    trained, made = run(0.5, apart=apart), Disturbances(CLIPS, "visual", stretch=2, seed=1)
    broken = {}
    for name, whole in CLIPS.items():
        tokens, masks = whole.rows(0, len(whole), ["visual", "audio"])
        given = tokens["visual"], masks["visual"]
        rows, mask = made.window(Place(name, 0, len(whole)), kind, 0.5, *given)
        broken[name] = replace(
            whole, tokens={**tokens, "visual": rows}, masks={**masks, "visual": mask}
        )
    plain = agreement(trained.each_of(broken), CLIPS, TARGETS)
    scores = points(trained, [kind], [0.5])["visual", kind, 0.5]
    for target, score in scores.items():
        assert score["ccc"] == pytest.approx(plain[target]["ccc"], abs=1e-6)


def test_at_share_one_what_the_modality_carried_is_lost_and_nothing_else():
    scores = points(run(), ["dropped"], [1])["visual", "dropped", 1]
    assert scores["valence"]["ccc"] == pytest.approx(0)
    assert scores["arousal"]["ccc"] == pytest.approx(1)


def test_the_more_steps_are_disturbed_the_lower_the_score():
    """The prediction is right but at disturbed steps, where it is 0."""
    found = points(run(), ["dropped"], [0, 0.3, 0.6, 1])
    ccc = [s["valence"]["ccc"] for point, s in found.items() if point.modality == "visual"]
    assert ccc == sorted(ccc, reverse=True) and len(set(ccc)) == 4


def test_predictions_that_are_not_finite_are_named_with_run_seed_and_clip():
    with pytest.raises(FloatingPointError, match=r"copy, seed 7: 10 of 10 .* clip 'a'"):
        points(run(float("inf")), ["dropped"], [0.5])


def test_labels_that_are_not_there_count_for_nothing():
    half = {**CLIPS, "a": clip([[0.1 * t, 0.3] for t in range(9)], unlabelled=[0, 5])}
    made = {"audio": Disturbances(half, "audio", stretch=2, seed=1)}
    scores = curves(run(), half, TARGETS, made, ["dropped"], [1])["audio", "dropped", 1]
    assert scores["valence"]["ccc"] == pytest.approx(1)
    assert torch.isnan(half["a"].labels).any()
