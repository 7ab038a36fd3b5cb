"""GRJCA against its equations, written out once more: one clip at a time, in float64."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.fusion import build

B, T, Y = 2, 7, 3
WIDTHS = {"visual": 11, "audio": 13, "text": 17}
CHANNELS = {"visual": [29, 19], "audio": [23, 23], "text": [31]}
KERNEL, TEMPERATURE = 5, 0.1


def leaky(x: Tensor) -> Tensor:
    return torch.where(x > 0, x, 0.01 * x)


def norm(x: Tensor, w: dict[str, Tensor], at: str) -> Tensor:
    """Batch norm of rows (T, C) with the statistics of training."""
    mean, var = w[f"{at}.running_mean"], w[f"{at}.running_var"]
    return (x - mean) / (var + 1e-5).sqrt() * w[f"{at}.weight"] + w[f"{at}.bias"]


def convolve(x: Tensor, w: dict[str, Tensor], at: str, dilation: int) -> Tensor:
    """Causal convolution of rows (T, C): step t reads t, t - dilation, t - 2 dilation, ..."""
    g, v = (w[f"{at}.parametrizations.weight.original{i}"] for i in (0, 1))
    kernel = g * v / v.square().sum(dim=(1, 2), keepdim=True).sqrt()
    steps = []
    for t in range(T):
        total = w[f"{at}.bias"]
        for k in range(KERNEL):
            if (past := t - (KERNEL - 1 - k) * dilation) >= 0:
                total = total + kernel[:, :, k] @ x[past]
        steps.append(total)
    return torch.stack(steps)


def encode(x: Tensor, w: dict[str, Tensor], m: str) -> Tensor:
    for level in range(len(CHANNELS[m])):
        at = f"encode.each.{m}.levels.{level}"
        hidden = leaky(convolve(x, w, f"{at}.first.conv", 2**level))
        hidden = leaky(convolve(hidden, w, f"{at}.second.conv", 2**level))
        if f"{at}.around.weight" in w:
            x = x @ w[f"{at}.around.weight"][:, :, 0].T + w[f"{at}.around.bias"]
        x = leaky(hidden + x)
    x = norm(x, w, f"encode.each.{m}.norm")
    return torch.stack([row / row.square().sum().sqrt() for row in x])


def linear(x: Tensor, w: dict[str, Tensor], at: str) -> Tensor:
    return x @ w[f"{at}.weight"].T + w[f"{at}.bias"]


def recurse(x: dict[str, Tensor], w: dict[str, Tensor], at: str) -> dict[str, Tensor]:
    joint = torch.cat(list(x.values()), dim=1)
    query = linear(joint, w, f"{at}.W_q")
    new = {}
    for m in x:
        key = linear(x[m].T, w, f"{at}.W_k.{m}")
        score = torch.tanh(key @ query / joint.shape[1] ** 0.5)
        hidden = torch.tanh(linear(x[m], w, f"{at}.W_v.{m}") @ score).clamp(min=0)
        new[m] = x[m] + linear(hidden, w, f"{at}.W_o.{m}").clamp(min=0)
    return new


def gated(source: Tensor, candidates: list[Tensor], w: dict[str, Tensor], at: str) -> Tensor:
    rows = []
    for t in range(T):
        e = (linear(source[t], w, f"{at}.score") / TEMPERATURE).exp()
        mixed = sum(e[n] / e.sum() * c[t] for n, c in enumerate(candidates))
        rows.append(torch.as_tensor(mixed).clamp(min=0))
    return torch.stack(rows)


def naive(w: dict[str, Tensor], clip: dict[str, Tensor], recursions: int, gate: bool) -> Tensor:
    """One clip, {modality: (T, D)} -> (T, Y)."""
    streams = [{m: encode(x, w, m) for m, x in clip.items()}]
    for layer in range(recursions):
        streams.append(recurse(streams[-1], w, f"recurse.{layer}"))
    fused = streams[-1]
    if gate:
        fused = {m: gated(fused[m], [s[m] for s in streams], w, f"gate.{m}") for m in clip}
    joint = torch.cat(list(fused.values()), dim=1)
    outputs = []
    for k in range(Y):
        at = f"regress.each.{k}"
        hidden = leaky(norm(joint @ w[f"{at}.0.weight"].T, w, f"{at}.1"))
        outputs.append(torch.tanh(linear(hidden, w, f"{at}.3"))[:, 0])
    return torch.stack(outputs, dim=1)


@pytest.mark.parametrize("gate", [True, False])
@pytest.mark.parametrize(("count", "recursions"), [(2, 1), (2, 2), (3, 4)])
def test_it_computes_its_equations(count, recursions, gate):
    widths = dict(list(WIDTHS.items())[:count])
    options = {"channels": CHANNELS, "recursions": recursions, "gate": gate}
    head = build("grjca", widths, T, Y, **options).double().eval()
    for x in head.state_dict().values():
        if x.is_floating_point():  # no weight and no statistic at its harmless first value
            x.add_(0.4 * torch.rand_like(x) - 0.2)
    clips = {m: torch.randn(B, T, d, dtype=torch.float64) for m, d in widths.items()}
    masks = {m: torch.rand(B, T) < 0.8 for m in widths}
    slope = torch.randn(B, T, Y, dtype=torch.float64)

    ours = {m: x.clone().requires_grad_() for m, x in clips.items()}
    out = head(ours, masks)
    out.backward(slope)

    theirs = {m: x.clone().requires_grad_() for m, x in clips.items()}
    weights = {k: x.clone() for k, x in head.state_dict().items()}
    named = {k: weights[k].requires_grad_() for k, _ in head.named_parameters()}
    zeroed = {m: x * masks[m][..., None] for m, x in theirs.items()}
    each = [
        naive(weights, {m: x[b] for m, x in zeroed.items()}, recursions, gate) for b in range(B)
    ]
    torch.stack(each).backward(slope)

    pairs = {"output": (out, torch.stack(each))}
    pairs |= {m: (ours[m].grad, theirs[m].grad) for m in widths}
    pairs |= {name: (p.grad, named[name].grad) for name, p in head.named_parameters()}
    for name, (x, y) in pairs.items():
        torch.testing.assert_close(x, y, rtol=1e-9, atol=1e-9, msg=lambda m, n=name: f"{n}: {m}")


def test_a_gate_has_one_candidate_more_than_there_are_recursions():
    head = build("grjca", WIDTHS, T, channels=CHANNELS, recursions=4).eval()
    tokens = {m: torch.randn(B, T, d) for m, d in WIDTHS.items()}
    masks = {m: torch.ones(B, T, dtype=torch.bool) for m in WIDTHS}
    assert {w.shape for w in head.explain(tokens, masks).values()} == {(B, T, 5)}


def test_attention_and_gates_start_without_bias_and_encoders_with():
    weights = build("grjca", WIDTHS, T, channels=CHANNELS).state_dict()
    fusion = [w for k, w in weights.items() if k.startswith(("recurse", "gate"))]
    assert not any(w.any() for w in fusion if w.ndim == 1)
    assert all(w.any() for w in fusion if w.ndim == 2)
    assert all(w.any() for k, w in weights.items() if k.endswith("conv.bias"))


def test_without_gates_there_is_nothing_to_explain():
    head = build("grjca", WIDTHS, T, channels=CHANNELS, gate=False).eval()
    tokens = {m: torch.randn(B, T, d) for m, d in WIDTHS.items()}
    masks = {m: torch.ones(B, T, dtype=torch.bool) for m in WIDTHS}
    assert head.explain(tokens, masks) == {}


@pytest.mark.parametrize("recursions", [0, 5])
def test_a_depth_nobody_tried_is_refused(recursions):
    with pytest.raises(ValueError, match=f"recursions must be 1 to 4, got {recursions}"):
        build("grjca", WIDTHS, T, channels=CHANNELS, recursions=recursions)
