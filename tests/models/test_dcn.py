from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from models.dcn import DCN
from models.gate import Gate
from models.initial import xavier_


def set_all(block: nn.Module, weight: float, bias: float) -> None:
    for layer in block.modules():
        if isinstance(layer, nn.Linear):
            nn.init.constant_(layer.weight, weight)
            nn.init.constant_(layer.bias, bias)


def test_one_step_of_two_scalars_by_hand():
    """All weights 1, biases 0, T = 1, C = 1: J = [1, 2], Q = [3, 3], K = V = x."""
    block = DCN({"audio": 1, "visual": 1}, steps=1).eval()
    set_all(block, 1.0, 0.0)
    out = block({"audio": torch.tensor([[[1.0]]]), "visual": torch.tensor([[[2.0]]])})
    for m, x in (("audio", 1.0), ("visual", 2.0)):
        score = math.tanh(x * 3 / math.sqrt(2))
        assert out[m].item() == pytest.approx(x + 2 * math.tanh(x * score))


def test_an_unprojected_joint_is_the_streams_themselves():
    """As above with Q = J = [1, 2]."""
    block = DCN({"audio": 1, "visual": 1}, steps=1, project_joint=False).eval()
    set_all(block, 1.0, 0.0)
    out = block({"audio": torch.tensor([[[1.0]]]), "visual": torch.tensor([[[2.0]]])})
    scores = [math.tanh(q / math.sqrt(2)) for q in (1, 2)]
    assert out["audio"].item() == pytest.approx(1 + sum(math.tanh(s) for s in scores))


def test_every_modality_is_updated_from_the_old_streams():
    block = DCN({"a": 3, "b": 5, "c": 2}, steps=7).eval()
    streams = {"a": torch.randn(11, 7, 3), "b": torch.randn(11, 7, 5), "c": torch.randn(11, 7, 2)}
    forwards = block(streams)
    backwards = block(dict(reversed(streams.items())))
    assert {m: x.shape for m, x in forwards.items()} == {m: x.shape for m, x in streams.items()}
    assert all(torch.equal(forwards[m], backwards[m]) for m in streams)


def test_in_training_it_drops_from_the_scores_and_from_the_update():
    """Dropping from the scores before tanh, and scaling the values, is Drop(tanh(scores))."""
    block = DCN({"a": 3, "b": 5}, steps=7, dropout=0.6).double().train()
    streams = {m: torch.randn(11, 7, c, dtype=torch.float64) for m, c in (("a", 3), ("b", 5))}
    torch.manual_seed(1)
    out = block(streams)
    query = block.W_q(torch.cat(list(streams.values()), dim=-1)) / math.sqrt(8)
    torch.manual_seed(1)
    for m, x in streams.items():
        scores = block.drop(torch.tanh(block.W_k[m](x.transpose(1, 2)) @ query))
        hidden = torch.relu(torch.tanh(block.W_v[m](x) @ scores))
        expected = x + block.drop(torch.relu(block.W_o[m](hidden)))
        torch.testing.assert_close(out[m], expected)


def test_weights_of_zero_leave_the_streams_alone():
    block = DCN({"a": 3, "b": 5}, steps=7).eval()
    set_all(block, 0.0, 0.0)
    streams = {"a": torch.randn(2, 7, 3), "b": torch.randn(2, 7, 5)}
    out = block(streams)
    assert all(torch.equal(out[m], streams[m]) for m in streams)


def test_one_modality_alone_is_refused():
    with pytest.raises(ValueError, match=r"two modalities or more, got \['audio'\]"):
        DCN({"audio": 3}, steps=7)


def test_the_published_fusion_has_the_published_number_of_parameters():
    """Two recursions and two gates of three candidates at 300 steps: 1 118 326 that train."""
    widths = {"visual": 256, "audio": 128}
    parts = [DCN(widths, 300), DCN(widths, 300), *(Gate(c, 3) for c in widths.values())]
    assert sum(p.numel() for part in parts for p in part.parameters()) == 1_118_326


def test_xavier_initial_weights_have_their_bound_and_no_bias():
    layer = nn.Linear(30, 70)
    xavier_(layer)
    bound = math.sqrt(6 / 100)
    assert 0.95 * bound < layer.weight.abs().max() <= bound
    assert not layer.bias.any()
