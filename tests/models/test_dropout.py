from __future__ import annotations

import pytest
import torch

from models.dropout import Dropout

SIZE = (101, 103)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.6])
def test_a_share_is_dropped_and_the_rest_scaled(rate):
    out = Dropout(rate)(torch.ones(SIZE))
    kept = out != 0
    assert (1 - kept.float().mean()).item() == pytest.approx(rate, abs=0.02)
    torch.testing.assert_close(
        out[kept], torch.full_like(out[kept], 1 / (1 - rate)), rtol=1e-4, atol=0
    )


def test_neighbours_are_dropped_independently():
    """Four values share a number: one is no evidence of the next three."""
    kept = (Dropout(0.5)(torch.ones(40_000)) != 0).float().view(-1, 4)
    assert (torch.corrcoef(kept.T) - torch.eye(4)).abs().max() < 0.04


def test_the_gradient_passes_where_values_do():
    x = torch.randn(SIZE, requires_grad=True)
    out = Dropout(0.6)(x)
    out.sum().backward()
    assert x.grad is not None
    assert torch.equal(x.grad != 0, out != 0)
    torch.testing.assert_close(x.grad * x, out)


def test_dropping_in_place_scales_nothing():
    x = torch.randn(SIZE, dtype=torch.float64)
    before = x.clone()
    assert Dropout(0.6).drop_(x) is x
    kept = x != 0
    assert torch.equal(x[kept], before[kept])
    assert 0.35 < kept.double().mean() < 0.45


@pytest.mark.parametrize("drop", [Dropout(0.6).eval(), Dropout(0.0)])
def test_nothing_is_dropped_where_there_is_no_training_or_no_rate(drop):
    x = torch.randn(SIZE)
    assert drop(x) is x
    assert drop.drop_(x) is x
    assert drop.scale == 1


def test_the_seed_decides():
    drop, x = Dropout(0.6), torch.ones(SIZE)
    torch.manual_seed(1)
    first = drop(x)
    torch.manual_seed(1)
    assert torch.equal(drop(x), first)
    assert not torch.equal(drop(x), first)


def test_no_values_are_no_problem():
    assert Dropout(0.6)(torch.zeros(0, 3)).shape == (0, 3)


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5])
def test_a_rate_that_leaves_nothing_is_refused(rate):
    with pytest.raises(ValueError, match=f"dropout must be 0 or more and below 1, got {rate}"):
        Dropout(rate)
