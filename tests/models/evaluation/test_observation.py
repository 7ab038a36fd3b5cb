from __future__ import annotations

import pytest
import torch

from models.aligned import AlignedClip
from models.evaluation.observation import observe
from models.fusion import build
from models.head import Head
from models.recipe import Recipe
from models.standardise import Standardised
from models.trained import Model, Trained
from tests.models.simple import RECIPE, clip, run

FIVE = clip([[0.1 * t, -0.2 * t] for t in range(5)])
T, Y = 7, 2
HEADS = {"grjca": {"channels": {"face": [3], "voice": [5]}}, "dca": {"width": 6},
         "jca": {"width": 5}, "jmt": {"width": 6}}  # fmt: skip


def test_without_its_modality_a_target_is_lost():
    found = observe(run(), "five", FIVE)
    assert sorted(found) == ["predicted", "without/audio", "without/visual"]
    torch.testing.assert_close(found["predicted"], FIVE.labels)
    zero = torch.zeros(5)
    torch.testing.assert_close(
        found["without/visual"], torch.stack([zero, FIVE.labels[:, 1]], dim=1)
    )
    torch.testing.assert_close(found["without/audio"], torch.stack([FIVE.labels[:, 0], zero], 1))


def test_a_model_per_target_gives_columns_side_by_side_and_gates_of_their_own():
    found = observe(run(own=0.2, apart=True), "five", FIVE)
    torch.testing.assert_close(found["predicted"], FIVE.labels)
    assert {key for key in found if key.startswith("gates")} == {
        f"gates/{target}:{m}" for target in ("valence", "arousal") for m in ("visual", "audio")
    }


@pytest.mark.parametrize("head", HEADS)
def test_it_is_what_each_question_alone_would_say_bit_for_bit(head):
    trained, whole = trained_as(head), noise(19)
    found = observe(trained, "noise", whole)
    assert torch.equal(found["predicted"], trained(whole))
    for m in ("face", "voice"):
        masks = {**whole.masks, m: torch.zeros(19, dtype=torch.bool)}
        masked = AlignedClip(whole.tokens, masks, whole.labels, whole.label_mask)
        assert torch.equal(found[f"without/{m}"], trained(masked))
    weights = {key[6:]: x for key, x in found.items() if key.startswith("gates/")}
    assert weights.keys() == trained.explain(whole).keys()
    assert all(torch.equal(x, weights[m]) for m, x in trained.explain(whole).items())


def test_a_clip_of_no_steps_has_no_predictions():
    assert observe(trained_as("grjca"), "none", noise(0))["predicted"].shape == (0, Y)


def test_predictions_that_are_not_finite_are_named():
    with pytest.raises(FloatingPointError, match=r"copy, seed 7: 10 of 10 .* for clip 'b'"):
        observe(run(float("nan")), "b", FIVE)


def trained_as(name: str) -> Trained:
    head: Head = build(name, {"face": 11, "voice": 13}, T, Y, **HEADS[name])
    recipe = Recipe(**{f: getattr(RECIPE, f) for f in RECIPE.__slots__} | {"steps": T, "hop": 4})
    about = {"targets": {"valence": [-1, 1], "arousal": [-1, 1]}, "run": name, "seed": 1}
    return Trained([Model(Standardised(head).eval(), recipe, about)], about)


def noise(length: int) -> AlignedClip:
    masks = {m: torch.rand(length) < 0.7 for m in ("face", "voice")}
    tokens = {"face": torch.randn(length, 11), "voice": torch.randn(length, 13)}
    return AlignedClip(tokens, masks, torch.zeros(length, Y), torch.ones(length, Y).bool())
