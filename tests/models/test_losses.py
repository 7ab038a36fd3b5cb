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
    return torch.ones(x.shape, dtype=torch.bool)


def of_rows(x: Tensor, y: Tensor, rows: Tensor, flat: bool) -> Tensor:
    """Both losses spelled for one mask of all targets: x and y (B, T, Y), rows (B, T)."""
    if flat:
        x, y, rows = (v.flatten(0, 1)[None] for v in (x, y, rows))
    n = rows.sum(dim=1, keepdim=True)  # (B, 1)
    x, y = x * rows[..., None], y * rows[..., None]
    mx, my = x.sum(dim=1) / n.clamp(min=1), y.sum(dim=1) / n.clamp(min=1)  # (B, Y)
    dx, dy = (x - mx[:, None]) * rows[..., None], (y - my[:, None]) * rows[..., None]
    fewer = (n - 1).clamp(min=1)
    covariance = (dx * dy).sum(dim=1) / (fewer if flat else n.clamp(min=1))
    bottom = (dx**2 + dy**2).sum(dim=1) / fewer + (mx - my) ** 2 + 1e-8
    each = (2 * covariance / bottom)[n[:, 0] >= 2]
    return (1 - each.sum(dim=0) / len(each)).sum()


@pytest.fixture(params=LOSSES)
def loss(request):
    return LOSSES[request.param]


class TestEveryLoss:
    def test_masked_steps_change_neither_value_nor_gradient(self, loss):
        x, y = torch.randn(B, T, Y), torch.randn(B, T, Y)
        mask = torch.rand(B, T, Y) < 0.6
        results = []
        for garbage in (0.0, 1e6, torch.nan):
            prediction = x.masked_fill(~mask, garbage).requires_grad_()
            value = loss(prediction, y.masked_fill(~mask, garbage), mask)
            value.backward()
            results.append((value.detach(), prediction.grad))
        assert all(torch.equal(value, results[0][0]) for value, _ in results)
        assert all(torch.equal(slope, results[0][1]) for _, slope in results)
        assert not results[0][1][~mask].any()

    def test_a_hidden_window_is_as_good_as_an_absent_one(self, loss):
        x, y, mask = torch.randn(B, T, Y), torch.randn(B, T, Y), torch.rand(B, T, Y) < 0.8
        mask[3:] = False
        torch.testing.assert_close(loss(x, y, mask), loss(x[:3], y[:3], mask[:3]))

    def test_targets_are_added_up(self, loss):
        x, y, mask = torch.randn(B, T, Y), torch.randn(B, T, Y), torch.rand(B, T, Y) < 0.8
        each = [loss(x[..., [k]], y[..., [k]], mask[..., [k]]) for k in range(Y)]
        torch.testing.assert_close(loss(x, y, mask), torch.stack(each).sum())

    @pytest.mark.parametrize("labels", [0, 1])
    def test_too_few_labels_count_as_no_agreement(self, loss, labels):
        mask = torch.zeros(B, T, Y, dtype=torch.bool)
        mask.view(-1, Y)[:labels] = True
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
        y, mask = torch.randn(3, 5, Y, dtype=torch.float64), torch.rand(3, 5, Y) < 0.8
        assert torch.autograd.gradcheck(lambda x: loss(x, y, mask), x)

    def test_other_axes_are_named(self, loss):
        x = torch.randn(B, T, Y)
        with pytest.raises(ShapeError, match=r"label must be \(B=5, T=7, Y=2\), got \(7, 5, 2\)"):
            loss(x, x.transpose(0, 1), everywhere(x))
        with pytest.raises(ShapeError, match=r"mask must be \(B=5, T=7, Y=2\), got \(5, 7\)"):
            loss(x, x, everywhere(x)[..., 0])
        with pytest.raises(ShapeError, match=r"weights must be \(Y=2\), got \(3,\)"):
            loss(x, x, everywhere(x), torch.ones(3))

    def test_a_target_without_labels_does_not_touch_the_others(self, loss):
        x, y, mask = torch.randn(B, T, Y), torch.randn(B, T, Y), torch.rand(B, T, Y) < 0.8
        mask[..., 1] = False
        y[..., 1] = torch.nan
        x.requires_grad_()
        value = loss(x, y, mask)
        value.backward()
        alone = loss(x[..., :1], y[..., :1], mask[..., :1])
        torch.testing.assert_close(value, alone + 1)
        assert x.grad is not None and x.grad.isfinite().all() and not x.grad[..., 1].any()

    def test_each_target_counts_with_its_weight(self, loss):
        x, y, mask = torch.randn(B, T, Y), torch.randn(B, T, Y), torch.rand(B, T, Y) < 0.8
        first, second = (loss(x[..., [k]], y[..., [k]], mask[..., [k]]) for k in range(Y))
        weighted = loss(x, y, mask, torch.tensor([0.7, 0.3]))
        torch.testing.assert_close(weighted, 0.7 * first + 0.3 * second)

    def test_where_all_targets_are_labelled_at_the_same_steps_its_bits_are_those_of_one_mask(
        self, loss
    ):
        x, y, rows = torch.randn(B, T, Y), torch.randn(B, T, Y), torch.rand(B, T) < 0.7
        expected = of_rows(x, y, rows, flat=loss is ccc_flat)
        assert torch.equal(loss(x, y, rows[..., None].expand(B, T, Y)), expected)


def test_ccc_flat_by_hand():
    """x = 1 2 3, y = 2 4 6: cov 2, variances 1 and 4, means 2 apart: CCC 4 / 9."""
    x, y = column(1, 2, 3), column(2, 4, 6)
    assert ccc_flat(x, y, everywhere(x)).item() == pytest.approx(1 - 4 / 9)


def test_ccc_flat_sees_all_windows_at_once():
    """The same numbers cut into windows differently are the same loss."""
    x, y = torch.randn(4, 3, Y), torch.randn(4, 3, Y)
    torch.testing.assert_close(
        ccc_flat(x, y, everywhere(x)),
        ccc_flat(x.view(2, 6, Y), y.view(2, 6, Y), torch.ones(2, 6, Y, dtype=torch.bool)),
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


def test_each_target_is_over_its_own_steps_by_hand():
    """Of five steps valence is labelled at three, x = 1 2 3 and y = 2 4 6: CCC 4 / 9 as above.
    Arousal at four, x = 0 2 0 4 and y = 0 0 2 4, equal means: sums of products 7, of squares 11
    and 11, CCC 7 / 11; by window the covariance is 7 / 4 and the variances 11 / 3."""
    nan = torch.nan
    x = torch.cat([column(1, 9, 2, -9, 3), column(0, 2, 0, 4, 9)], dim=2)
    y = torch.cat([column(2, nan, 4, nan, 6), column(0, 0, 2, 4, nan)], dim=2)
    mask = y.isfinite()
    valence, arousal = 1 - 4 / 9, 1 - 7 / 11
    assert ccc_flat(x, y, mask).item() == pytest.approx(valence + arousal)
    weighted = ccc_flat(x, y, mask, torch.tensor([0.7, 0.3]))
    assert weighted.item() == pytest.approx(0.7 * valence + 0.3 * arousal)
    by_window = 1 - 8 / 27 + 1 - 2 * (7 / 4) / (22 / 3)
    assert ccc_sequence(x, y, mask).item() == pytest.approx(by_window)


def test_a_window_without_a_target_is_left_out_of_the_mean_of_that_one_alone():
    """Two windows of a perfect prediction, CCC 2/3 in three steps; the second has no arousal."""
    x = torch.cat([column(1, 2, 3)] * 2).expand(2, 3, 2)
    mask = everywhere(x)
    mask[1, :, 1] = False
    y = x.masked_fill(~mask, torch.nan)
    assert ccc_sequence(x, y, mask).item() == pytest.approx(2 / 3)
    assert ccc_sequence(x, y, everywhere(x) & False).item() == 2
