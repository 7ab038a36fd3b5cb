"""Vanilla cross-attention against its equations, written out once more, in float64."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.fusion import build
from tests.models.spelled import Clip, Weights, agree, linear, softmax, unit

T, Y, WIDTH = 5, 3, 19
WIDTHS = {"audio": 11, "visual": 19, "text": 17, "au": 23}  # visual has the head's own width


def cross_attention(w: Weights, clip: Clip, fusion: str) -> Tensor:
    x = {
        m: unit(linear(rows, w, f"project.each.{m}") if m != "visual" else rows)
        for m, rows in clip.items()
    }
    attended = {m: torch.zeros_like(rows) for m, rows in x.items()}
    names = list(clip)
    for i, m in enumerate(names):
        for n in names[i + 1 :]:
            z = x[m] @ w[f"W.{m}.{n}"] @ x[n].T
            columns = torch.stack([softmax(z[:, t]) for t in range(T)], dim=1)
            rows = torch.stack([softmax(z.T[:, t]) for t in range(T)], dim=1)
            for t in range(T):
                step = torch.eye(T, dtype=z.dtype)[t][:, None]
                attended[m] = attended[m] + step * sum(columns[k, t] * x[m][k] for k in range(T))
                attended[n] = attended[n] + step * sum(rows[k, t] * x[n][k] for k in range(T))
    if fusion == "concat":
        joint = torch.cat([torch.tanh(x[m] + attended[m]) for m in clip], dim=1)
    else:
        joint = torch.stack(list(attended.values())).sum(dim=0)
    outputs = []
    for k in range(Y):
        hidden = joint
        for layer in (1, 3, 5):
            hidden = torch.tanh(linear(hidden, w, f"regress.each.{k}.{layer}"))
        outputs.append(hidden)
    return torch.cat(outputs, dim=1)


@pytest.mark.parametrize("fusion", ["sum", "concat"])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_it_computes_its_equations(count, fusion):
    def spell(w: Weights, clip: Clip) -> Tensor:
        return cross_attention(w, clip, fusion)

    widths = dict(list(WIDTHS.items())[:count])
    options = {"width": WIDTH, "hidden": [23, 29], "fusion": fusion}
    agree("cross_attention", spell, widths, T, Y, **options)


def test_each_pair_has_weights_of_its_own_whatever_its_modalities_are_called():
    """Joined by an underscore, a_b with c and a with b_c would be one name."""
    widths = {"a_b": 3, "c": 5, "a": 7, "b_c": 11}
    head = build("cross_attention", widths, T, width=WIDTH).eval()
    weights = [name for name in head.state_dict() if name.startswith("W.")]
    assert {"W.a_b.c", "W.a.b_c"} <= set(weights) and len(weights) == 6


def test_an_unknown_fusion_is_named():
    with pytest.raises(ValueError, match="no fusion of cross_attention named 'mean'; there are"):
        build("cross_attention", WIDTHS, T, width=WIDTH, fusion="mean")
