from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.losses import LOSSES, ccc_flat, ccc_sequence
from models.shapes import ShapeError

B, T, Y = 5, 7, 2


def column(*values: float) -> Tensor:
    """One window, one target: (1, T, 1)."""
    return torch.tensor(values, dtype=torch.float64)[None, :, None]


def everywhere(x: Tensor) -> Tensor:
    return torch.ones(x.shape[:2], dtype=torch.bool)


@pytest.fixture(params=LOSSES)
def loss(request):
    return LOSSES[request.param]


class TestEveryLoss:
    def test_masked_steps_change_neither_value_nor_gradient(self, loss):
        x, y = torch.randn(B, T, Y), torch.randn(B, T, Y)
        mask = torch.rand(B, T) < 0.6
        results = []
        for garbage in (0.0, 1e6, torch.nan):
            prediction = x.masked_fill(~mask[..., None], garbage).requires_grad_()
            value = loss(prediction, y.masked_fill(~mask[..., None], garbage), mask)
            value.backward()
            results.append((value.detach(), prediction.grad))
        assert all(torch.equal(value, results[0][0]) for value, _ in results)
        assert all(torch.equal(slope, results[0][1]) for _, slope in results)
        assert not results[0][1][~mask].any()

    def test_a_hidden_window_is_as_good_as_an_absent_one(self, loss):
        x, y, mask = torch.randn(B, T, Y), torch.randn(B, T, Y), torch.rand(B, T) < 0.8
        mask[3:] = False
        torch.testing.assert_close(loss(x, y, mask), loss(x[:3], y[:3], mask[:3]))

    def test_targets_are_added_up(self, loss):
        x, y, mask = torch.randn(B, T, Y), torch.randn(B, T, Y), torch.rand(B, T) < 0.8
        each = [loss(x[..., [k]], y[..., [k]], mask) for k in range(Y)]
        torch.testing.assert_close(loss(x, y, mask), torch.stack(each).sum())

    @pytest.mark.parametrize("labels", [0, 1])
    def test_too_few_labels_count_as_no_agreement(self, loss, labels):
        mask = torch.zeros(B, T, dtype=torch.bool)
        mask.view(-1)[:labels] = True
        x = torch.randn(B, T, Y, requires_grad=True)
        value = loss(x, torch.randn(B, T, Y), mask)
        value.backward()
        assert value.item() == Y
        assert x.grad is not None and not x.grad.any()

    def test_a_constant_prediction_of_constant_labels_is_finite(self, loss):
        x = torch.full((B, T, Y), 0.5, requires_grad=True)
        value = loss(x, torch.full((B, T, Y), 0.5), everywhere(x))
        value.backward()
        assert value.item() == Y
        assert x.grad is not None and x.grad.isfinite().all()

    def test_a_constant_prediction_can_still_learn(self, loss):
        x = torch.zeros(B, T, Y, requires_grad=True)
        loss(x, torch.randn(B, T, Y), everywhere(x)).backward()
        assert x.grad is not None and x.grad.isfinite().all() and x.grad.any()

    def test_its_gradient_is_its_slope(self, loss):
        x = torch.randn(3, 5, Y, dtype=torch.float64, requires_grad=True)
        y, mask = torch.randn(3, 5, Y, dtype=torch.float64), torch.rand(3, 5) < 0.8
        assert torch.autograd.gradcheck(lambda x: loss(x, y, mask), x)

    def test_other_axes_are_named(self, loss):
        x = torch.randn(B, T, Y)
        with pytest.raises(ShapeError, match=r"label must be \(B=5, T=7, Y=2\), got \(7, 5, 2\)"):
            loss(x, x.transpose(0, 1), everywhere(x))


def test_ccc_flat_by_hand():
    """x = 1 2 3, y = 2 4 6: cov 2, variances 1 and 4, means 2 apart: CCC 4 / 9."""
    x, y = column(1, 2, 3), column(2, 4, 6)
    assert ccc_flat(x, y, everywhere(x)).item() == pytest.approx(1 - 4 / 9)


def test_ccc_flat_sees_all_windows_at_once():
    """The same numbers cut into windows differently are the same loss."""
    x, y = torch.randn(4, 3, Y), torch.randn(4, 3, Y)
    torch.testing.assert_close(
        ccc_flat(x, y, everywhere(x)),
        ccc_flat(x.view(2, 6, Y), y.view(2, 6, Y), torch.ones(2, 6, dtype=torch.bool)),
    )


def test_ccc_sequence_by_hand():
    """As above, with the covariance over 3 and not over 2: 2 (4/3) / 9; averaged with a perfect
    window, whose CCC is therefore not 1 but 2/3."""
    x, y = torch.cat([column(1, 2, 3)] * 2), torch.cat([column(2, 4, 6), column(1, 2, 3)])
    expected = 1 - (8 / 27 + 2 / 3) / 2
    assert ccc_sequence(x, y, everywhere(x)).item() == pytest.approx(expected)


def test_a_perfect_prediction_has_no_flat_loss():
    x = torch.randn(B, T, Y)
    assert ccc_flat(x, x, everywhere(x)).item() == pytest.approx(0, abs=1e-6)
