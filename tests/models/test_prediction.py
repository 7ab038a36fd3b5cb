from __future__ import annotations

import pytest
import torch

from models.aligned import AlignedClip
from models.fusion import build
from models.prediction import explain, predict, predict_many
from models.standardise import Standardised

STEPS, HOP, Y = 7, 3, 2
WIDTHS = {"visual": 5, "audio": 11}
CHANNELS = {"visual": [13], "audio": [17]}


@pytest.fixture
def model() -> Standardised:
    return Standardised(build("grjca", WIDTHS, STEPS, Y, channels=CHANNELS))


def clip(length: int) -> AlignedClip:
    masks = {m: torch.rand(length) < 0.7 for m in WIDTHS}
    tokens = {m: torch.randn(length, d) for m, d in WIDTHS.items()}
    nothing = torch.full((length, Y), torch.nan)
    return AlignedClip(tokens, masks, nothing, torch.zeros(length, Y, dtype=torch.bool))


@pytest.mark.parametrize("length", [0, 1, 6, 7, 8, 53])
def test_every_step_of_an_unlabelled_clip_is_predicted(model, length):
    out = predict(model, clip(length), STEPS, HOP, 4)
    assert out.shape == (length, Y)
    assert out.isfinite().all()


def test_steps_seen_by_two_windows_are_averaged(model):
    whole = clip(10)
    windows = [slice(0, 7), slice(3, 10)]
    model.eval()
    first, second = (
        model(
            {m: x[w][None] for m, x in whole.tokens.items()},
            {m: x[w][None] for m, x in whole.masks.items()},
        )[0].detach()
        for w in windows
    )
    expected = torch.cat([first[:3], (first[3:] + second[:4]) / 2, second[4:]])
    torch.testing.assert_close(predict(model, whole, STEPS, HOP, 4), expected)


def test_the_size_of_the_batch_is_only_a_matter_of_memory(model):
    whole = clip(53)
    torch.testing.assert_close(
        predict(model, whole, STEPS, HOP, 1), predict(model, whole, STEPS, HOP, 100)
    )


def test_clips_that_share_batches_are_predicted_as_if_alone(model):
    clips = {"short": clip(3), "none": clip(0), "long": clip(53), "window": clip(7)}
    together = predict_many(model, clips, STEPS, HOP, 5)
    assert list(together) == list(clips)
    for name, one in clips.items():
        torch.testing.assert_close(together[name], predict(model, one, STEPS, HOP, 5))


def test_the_model_is_left_as_it_was(model):
    before = {k: v.clone() for k, v in model.state_dict().items()}
    for training in (True, False):
        model.train(training)
        predict(model, clip(53), STEPS, HOP, 4)
        assert model.training == training
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


def test_a_prediction_can_be_worked_with(model):
    """It is an ordinary tensor, not one of inference mode."""
    out = predict(model, clip(8), STEPS, HOP, 4)
    torch.ones(8, Y, requires_grad=True).mul(out).sum().backward()


def test_gate_weights_cover_every_step(model):
    weights = explain(model, clip(53), STEPS, HOP, 4)
    assert set(weights) == set(WIDTHS)
    for w in weights.values():
        assert w.shape == (53, 3)
        torch.testing.assert_close(w.sum(dim=1), torch.ones(53))


def test_a_clip_of_no_length_has_nothing_to_explain(model):
    assert explain(model, clip(0), STEPS, HOP, 4) == {}
