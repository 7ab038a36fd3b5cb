from __future__ import annotations

import pytest
import torch

from models.moments import Moments


def test_rows_by_hand():
    moments = Moments(2)
    moments.add(torch.tensor([[1.0, 10.0], [3.0, 30.0]]))
    moments.add(torch.tensor([[5.0, 80.0]]))
    assert moments.count == 3
    assert moments.mean.tolist() == [3, 40]
    assert moments.deviation.tolist() == pytest.approx([(8 / 3) ** 0.5, (2600 / 3) ** 0.5])


@pytest.mark.parametrize("block", [1, 7, 100, 1009])
def test_blocks_of_any_size_have_the_moments_of_all_rows(block):
    rows = 0.1 * torch.randn(1009, 3) + torch.tensor([0.0, -80.0, 1e4])
    moments = Moments(3)
    for part in rows.split(block):
        moments.add(part)
    torch.testing.assert_close(moments.mean, rows.double().mean(dim=0), rtol=1e-13, atol=1e-15)
    spread = rows.double().std(dim=0, correction=0)
    torch.testing.assert_close(moments.deviation, spread, rtol=1e-11, atol=0)


def test_no_rows_change_nothing():
    moments = Moments(2)
    moments.add(torch.zeros(0, 2))
    assert (moments.count, moments.deviation.tolist()) == (0, [0, 0])
