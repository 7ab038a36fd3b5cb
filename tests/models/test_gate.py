from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from models.gate import Gate


def scored(bias: list[float], temperature: float = 0.1) -> Gate:
    gate = Gate(1, len(bias), temperature)
    nn.init.zeros_(gate.score.weight)
    gate.score.bias.data = torch.tensor(bias)
    return gate


def test_a_gate_by_hand():
    """Scores 0 and 0.1 ln 3 at temperature 0.1: weights 1/4 and 3/4."""
    gate = scored([0.0, 0.1 * math.log(3)])
    source = torch.zeros(1, 1, 1)
    torch.testing.assert_close(gate.weigh(source), torch.tensor([[[0.25, 0.75]]]))
    candidates = [torch.tensor([[[4.0]]]), torch.tensor([[[8.0]]])]
    torch.testing.assert_close(gate(source, candidates), torch.tensor([[[7.0]]]))


def test_a_mixture_below_zero_becomes_zero():
    candidates = [torch.tensor([[[-4.0]]]), torch.tensor([[[2.0]]])]
    assert scored([0.0, 0.0])(torch.zeros(1, 1, 1), candidates).item() == 0


def test_a_low_temperature_chooses_and_a_high_one_averages():
    source = torch.zeros(1, 1, 1)
    assert scored([0.0, 1.0], 0.01).weigh(source)[0, 0, 1] > 0.999
    torch.testing.assert_close(
        scored([0.0, 1.0], 1e6).weigh(source), torch.full((1, 1, 2), 0.5), rtol=0, atol=1e-6
    )


def test_each_step_has_its_own_weights():
    weights = Gate(5, 3).weigh(torch.randn(2, 7, 5))
    assert weights.shape == (2, 7, 3)
    torch.testing.assert_close(weights.sum(dim=2), torch.ones(2, 7))
    assert (weights[:, 1:] != weights[:, :-1]).any()


def test_one_candidate_too_many_is_refused():
    with pytest.raises(ValueError, match="argument"):
        Gate(5, 2)(torch.randn(2, 7, 5), [torch.randn(2, 7, 5)] * 3)


def test_a_temperature_of_zero_is_refused():
    with pytest.raises(ValueError, match="above 0, got 0"):
        Gate(5, 2, temperature=0)
