"""JCA against its equations, written out once more: one clip at a time, in float64."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from tests.models.spelled import Clip, Weights, agree, linear, r1

T, Y = 5, 3
WIDTHS = {"visual": 11, "audio": 13, "text": 17, "au": 19}


def jca(w: Weights, clip: Clip) -> Tensor:
    x = {m: linear(rows, w, f"W_e.{m}") for m, rows in clip.items()}
    joint = torch.cat(list(x.values()), dim=1)
    attended = []
    for m in clip:
        related = torch.tanh(x[m].T @ w[f"W_j.{m}"] @ joint / joint.shape[1] ** 0.5)
        hidden = linear(related, w, f"W_c.{m}") + linear(x[m].T, w, f"W.{m}")
        attended.append(linear(hidden.clamp(min=0), w, f"W_h.{m}").T + x[m])
    return r1(torch.cat(attended, dim=1), w, Y, relu=False)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_it_computes_its_equations(count):
    widths = dict(list(WIDTHS.items())[:count])
    agree("jca", jca, widths, T, Y, width=7, hidden=3)
