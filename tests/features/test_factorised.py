"""A factorised convolution, over time or over space alone, is a 2-D one."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from features.factorised import Spatial, Temporal, in_2d
from features.network import Convolutions, place

SHAPE = (2, 3, 7, 13, 11)  # B, C, T, H, W


@pytest.mark.parametrize(
    "kind, kernel, stride, padding, bias",
    [
        (Spatial, (1, 7, 7), (1, 2, 2), (0, 3, 3), False),
        (Spatial, (1, 3, 5), (1, 1, 2), (0, 1, 2), True),
        (Spatial, (1, 1, 1), (2, 2, 2), 0, False),  # the short cut of a block that halves all
        (Spatial, (1, 3, 3), (3, 1, 1), 0, True),
        (Temporal, (3, 1, 1), 1, (1, 0, 0), False),
        (Temporal, (3, 1, 1), (2, 1, 1), (1, 0, 0), True),
        (Temporal, (5, 1, 1), (3, 1, 1), 0, True),
        (nn.Conv3d, (3, 3, 3), 1, 1, True),
        (nn.Conv3d, (3, 1, 1), (1, 2, 2), (1, 0, 0), True),
        (nn.Conv3d, (1, 3, 3), 1, (1, 1, 1), True),
    ],
)
def test_its_sums_are_the_same(kind, kernel, stride, padding, bias):
    torch.manual_seed(3)
    network = nn.Sequential(nn.Conv3d(3, 5, kernel, stride, padding, bias=bias)).eval()
    x = torch.randn(SHAPE)
    with torch.inference_mode():
        before = network(x)
        after = in_2d(network)
        assert type(after[0]) is kind
        assert after(x).shape == before.shape
        assert (after(x) - before).abs().max() <= 1e-5 * before.abs().max()


@pytest.mark.parametrize(
    "options", [{"groups": 3}, {"dilation": (1, 2, 2)}, {"padding_mode": "circular"}]
)
def test_what_is_more_than_that_is_left_alone(options):
    network = nn.Sequential(nn.Conv3d(3, 6, (1, 3, 3), **options))
    assert isinstance(in_2d(network)[0], nn.Conv3d)


def test_a_network_may_have_both():
    torch.manual_seed(3)
    parts = nn.Conv3d(3, 5, 3), nn.BatchNorm3d(5), nn.Conv3d(5, 2, (1, 3, 3))
    network = nn.Sequential(*parts).eval()
    x = torch.randn(SHAPE)
    with torch.inference_mode():
        before = network(x)
    after = Convolutions(network, place("cpu"))(x)
    assert (after - before).abs().max() <= 1e-5 * before.abs().max()
