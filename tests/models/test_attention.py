from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from models.attention import Attention

C = 7


def torchs_module(ours: Attention) -> nn.MultiheadAttention:
    """torch's module with our weights, and a bias of the keys, which must not matter."""
    theirs = nn.MultiheadAttention(C, 1, batch_first=True).double()
    thirds = (ours.W_q, ours.W_k, ours.W_v)
    theirs.in_proj_weight.data = torch.cat([layer.weight for layer in thirds]).detach()
    biases = [ours.W_q.bias, torch.randn(C, dtype=torch.float64), ours.W_v.bias]
    theirs.in_proj_bias.data = torch.cat(biases).detach()
    theirs.out_proj.load_state_dict(ours.W_o.state_dict())
    return theirs


@pytest.mark.parametrize("batch", [2, 13])  # less and more rows than the weights have
def test_it_is_torchs_attention(batch):
    ours = Attention(C).double()
    for p in ours.parameters():
        p.data.normal_()
    query = torch.randn(batch, 3, C, dtype=torch.float64)
    source = torch.randn(batch, 5, C, dtype=torch.float64)
    expected, _ = torchs_module(ours)(query, source, source)
    torch.testing.assert_close(ours(query, source), expected, rtol=1e-9, atol=1e-9)


def test_initial_weights_are_torchs():
    ours, theirs = Attention(101), nn.MultiheadAttention(101, 1)
    bound = theirs.in_proj_weight.abs().max().item()
    for layer in (ours.W_q, ours.W_k, ours.W_v):
        assert layer.weight.abs().max().item() == pytest.approx(bound, rel=0.01)
    assert not any(layer.bias.any() for layer in (ours.W_q, ours.W_v, ours.W_o))


def test_one_query_attends_to_many_sources():
    attend = Attention(C).double()
    query = torch.randn(3, 5, C, dtype=torch.float64)
    sources = torch.randn(2, 3, 11, C, dtype=torch.float64)
    each = torch.stack([attend(query, source) for source in sources])
    torch.testing.assert_close(attend(query, sources), each)


def test_attention_weights_by_hand():
    """Scores 0 and ln 3, with the identity for every layer: weights 1/4 and 3/4."""
    attend = Attention(1)
    for layer in (attend.W_q, attend.W_k, attend.W_v, attend.W_o):
        nn.init.ones_(layer.weight)
    source = torch.tensor([[0.0], [4.0]])
    attended = attend(torch.tensor([[math.log(3) / 4]]), source)
    torch.testing.assert_close(attended, torch.tensor([[3.0]]))
