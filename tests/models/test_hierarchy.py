from __future__ import annotations

import math

import torch
from torch import nn

from models.hierarchy import HierarchicalGate


def scored(recursions: int) -> HierarchicalGate:
    """Every gate gives its first candidate three times the weight of each other."""
    gate = HierarchicalGate(1, recursions)
    for layer in gate.modules():
        if isinstance(layer, nn.Linear):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
            layer.bias.data[0] = 0.1 * math.log(3)
    return gate


def test_two_levels_by_hand():
    """G_1 = (3, 1)/4 of 4, 8; G_2 = (3, 1, 1)/5 of 4, 8, 10; y = (3, 1)/4 of both."""
    streams = [torch.full((1, 1, 1), x) for x in (4.0, 8.0, 10.0)]
    torch.testing.assert_close(scored(2)(streams).item(), (3 * 5.0 + 6.0) / 4)
    weights = [(3 * 3 / 4 + 3 / 5) / 4, (3 * 1 / 4 + 1 / 5) / 4, (1 / 5) / 4]
    torch.testing.assert_close(scored(2).weigh(streams), torch.tensor([[weights]]))


def test_one_recursion_has_one_level():
    streams = [torch.full((1, 1, 1), x) for x in (4.0, 8.0)]
    torch.testing.assert_close(scored(1)(streams).item(), 5.0)
    torch.testing.assert_close(scored(1).weigh(streams), torch.tensor([[[0.75, 0.25]]]))


def test_weights_sum_to_one():
    streams = [torch.randn(2, 7, 5) for _ in range(5)]
    weights = HierarchicalGate(5, 4).weigh(streams)
    assert weights.shape == (2, 7, 5)
    torch.testing.assert_close(weights.sum(dim=2), torch.ones(2, 7))
