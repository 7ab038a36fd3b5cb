from __future__ import annotations

import numpy as np
import pytest
import torch

from models.trained import gates
from tests.models.simple import clip, run

FIVE = clip([[0.1 * t, -0.2 * t] for t in range(5)])
ONE = clip([[0.5, 0.25]])


def test_predictions_have_a_row_per_step_and_a_column_per_target():
    predicted = run(2.0)(FIVE)
    assert predicted.shape == (5, 2)
    torch.testing.assert_close(predicted, 2 * FIVE.labels)


def test_a_model_per_target_gives_the_columns_in_their_order():
    torch.testing.assert_close(run(apart=True)(FIVE), FIVE.labels)


@pytest.mark.parametrize("apart", [False, True])
def test_clips_together_are_predicted_as_each_by_itself(apart):
    trained, clips = run(3.0, apart=apart), {"five": FIVE, "one": ONE}

    def forward(model):
        return lambda batch: {"y": model.model(batch.tokens, batch.masks)}

    each, together = trained.each_of(clips), dict(trained.over_clips(clips, forward))
    assert list(each) == list(together) == ["five", "one"]
    for name, c in clips.items():
        assert each[name] == pytest.approx(3 * c.labels.numpy())
        assert together[name]["y"].numpy() == pytest.approx(each[name])


@pytest.mark.parametrize("factor", ["inf", "nan"])
def test_predictions_that_are_not_finite_are_named_with_run_seed_and_clip(factor):
    with pytest.raises(FloatingPointError, match="copy, seed 7: 10 of 10 predictions for clip 'b'"):
        run(float(factor)).each_of({"b": clip([[1.0, 2.0]] * 5), "c": ONE})


def test_gate_weights_are_told_apart_by_modality_and_with_several_models_by_target():
    one, two = run(own=0.2).explain(FIVE), run(own=0.2, apart=True).explain(FIVE)
    assert list(one) == ["visual", "audio"]
    assert list(two) == [f"{t}:{m}" for t in ("valence", "arousal") for m in ("visual", "audio")]
    for weights in (*one.values(), *two.values()):
        torch.testing.assert_close(weights, torch.tensor([[0.2, 0.8]]).expand(5, 2))


def test_a_head_without_gates_has_no_gate_weights():
    assert run().explain(FIVE) == {}
    assert gates([run(), run()], FIVE) == {}


def test_gate_weights_of_a_run_are_means_over_seeds_a_column_per_candidate():
    columns = gates([run(own=0.2), run(own=0.4)], FIVE)
    assert list(columns) == ["visual_0", "visual_1", "audio_0", "audio_1"]
    for name, column in columns.items():
        assert column == pytest.approx(np.full(5, 0.3 if name.endswith("0") else 0.7))
