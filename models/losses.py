"""Losses on the concordance correlation coefficient, each target's over its own labelled steps."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from models.shapes import expect

# Makes the CCC of two constants 0 instead of 0 / 0. Below float32's rounding of real moments.
EPSILON = 1e-8


Loss = Callable[[Tensor, Tensor, Tensor, Tensor | None], Tensor]


def ccc_flat(
    prediction: Tensor, label: Tensor, mask: Tensor, weights: Tensor | None = None
) -> Tensor:
    """CCC loss over all labelled steps of a batch together: 1 - CCC, summed over the targets.

    Prediction and label (B, T, Y), mask (B, T, Y) bool, weights (Y,) that the targets are
    multiplied by, or None -> scalar, 0 at best and Y (or the weights' sum) without any agreement.
    A target whose CCC a batch cannot define counts as one without agreement.

    Source: the clip-based heads JCA, RJCA, DCA and JMT (Praveen et al.); moments unbiased.
    """
    _check(prediction, label, mask, weights)
    rows = [x.flatten(0, 1)[None] for x in (prediction, label, mask)]  # (1, B T, Y)
    return _total(1 - _ccc(*rows, biased_covariance=False)[0], weights)


def ccc_sequence(
    prediction: Tensor, label: Tensor, mask: Tensor, weights: Tensor | None = None
) -> Tensor:
    """CCC loss by window: 1 - the mean of the CCC of each window, summed over the targets.

    Prediction and label (B, T, Y), mask (B, T, Y) bool, weights (Y,) or None, as in ccc_flat ->
    scalar. Windows with fewer than two labels of a target are left out of the mean of that target.

    Source: the frame-based heads RJCMA and GRJCA (Praveen & Alam, CVPRW 2024 and 2025), which
    divide a biased covariance by unbiased variances.
    """
    _check(prediction, label, mask, weights)
    defined = (mask.sum(dim=1) >= 2).to(prediction.dtype)  # (B, Y)
    each = _ccc(prediction, label, mask, biased_covariance=True) * defined  # (B, Y)
    return _total(1 - each.sum(dim=0) / defined.sum(dim=0).clamp(min=1), weights)


LOSSES: dict[str, Loss] = {
    "ccc_flat": ccc_flat,
    "ccc_sequence": ccc_sequence,
}


def _ccc(x: Tensor, y: Tensor, valid: Tensor, biased_covariance: bool) -> Tensor:
    """CCC along the second axis: x, y and mask (B, T, Y) -> (B, Y).

    Written with the covariance, not with the correlation times both deviations: the same number,
    and no square root whose gradient is infinite at a constant prediction.
    """
    count = valid.sum(dim=1)  # (B, Y)
    spread = (count - 1).clamp(min=1)
    x, y = torch.where(valid, x, 0.0), torch.where(valid, y, 0.0)
    mean_x, mean_y = (v.sum(dim=1) / count.clamp(min=1) for v in (x, y))  # (B, Y)
    dx = torch.where(valid, x - mean_x[:, None], 0.0)  # (B, T, Y)
    dy = torch.where(valid, y - mean_y[:, None], 0.0)
    covariance = (dx * dy).sum(dim=1) / (count.clamp(min=1) if biased_covariance else spread)
    variances = (dx.square() + dy.square()).sum(dim=1) / spread
    return 2 * covariance / (variances + (mean_x - mean_y).square() + EPSILON)


def _total(losses: Tensor, weights: Tensor | None) -> Tensor:
    """The sum of the targets' losses (Y,), each times its weight where there are weights."""
    return (losses if weights is None else losses * weights).sum()


def _check(prediction: Tensor, label: Tensor, mask: Tensor, weights: Tensor | None) -> None:
    sizes = expect("prediction", prediction, "B T Y")
    expect("label", label, "B T Y", **sizes)
    expect("mask", mask, "B T Y", **sizes)
    if weights is not None:
        expect("weights", weights, "Y", Y=sizes["Y"])
