from __future__ import annotations

import pytest
import torch

from models.regressors import BatchNormRegressor, DropoutRegressor, TanhRegressor

B, T, C, Y = 2, 5, 7, 3


@pytest.fixture(params=[BatchNormRegressor, DropoutRegressor, TanhRegressor])
def regressor(request):
    return request.param(C, Y)


def test_one_value_per_target_and_step(regressor):
    assert regressor(torch.randn(B, T, C)).shape == (B, T, Y)


def test_steps_and_windows_are_not_mixed_up(regressor):
    x = torch.randn(B, T, C)
    out = regressor.eval()(x)
    torch.testing.assert_close(out[1, 3], regressor(x[1:2, 3:4])[0, 0])


def test_targets_share_no_weights(regressor):
    regressor.eval()(torch.randn(B, T, C))[..., 0].sum().backward()
    assert all(p.grad.any() for p in regressor.each[0].parameters())
    assert not any(p.grad.any() for p in regressor.each[1].parameters())


@pytest.mark.parametrize("bounded", [BatchNormRegressor, TanhRegressor])
def test_a_tanh_at_the_end_stays_within_one(bounded):
    out = bounded(C, Y)(1e4 * torch.randn(B, T, C))
    assert out.abs().max() <= 1


def test_dropout_regressor_knows_no_bound():
    assert DropoutRegressor(C, Y)(1e4 * torch.randn(B, T, C)).abs().max() > 1
