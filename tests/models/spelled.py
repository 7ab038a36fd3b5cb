"""A second, independent spelling of the heads' blocks: the rows of one clip and named weights."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.testing import assert_close

from models.fusion import build

Weights = dict[str, Tensor]
Clip = dict[str, Tensor]  # {modality: (T, D)}


def agree(name, spell, widths, steps, targets, **options) -> None:
    """Check a head and its spelling, (weights, clip) -> (T, Y), in value and in every gradient."""
    head = build(name, widths, steps, targets, **options).double().eval()
    for x in head.state_dict().values():
        if x.is_floating_point():  # no weight and no statistic at its harmless first value
            x.add_(0.4 * torch.rand_like(x) - 0.2)
    clips = {m: torch.randn(2, steps, d, dtype=torch.float64) for m, d in widths.items()}
    masks = {m: torch.rand(2, steps) < 0.8 for m in widths}
    slope = torch.randn(2, steps, targets, dtype=torch.float64)

    ours = {m: x.clone().requires_grad_() for m, x in clips.items()}
    out = head(ours, masks)
    out.backward(slope)

    theirs = {m: x.clone().requires_grad_() for m, x in clips.items()}
    weights = {k: x.clone() for k, x in head.state_dict().items()}
    named = {k: weights[k].requires_grad_() for k, _ in head.named_parameters()}
    zeroed = {m: x * masks[m][..., None] for m, x in theirs.items()}
    each = torch.stack([spell(weights, {m: x[b] for m, x in zeroed.items()}) for b in range(2)])
    each.backward(slope)

    pairs = {"output": (out, each)} | {m: (ours[m].grad, theirs[m].grad) for m in widths}
    pairs |= {k: (p.grad, named[k].grad) for k, p in head.named_parameters()}
    for k, (x, y) in pairs.items():
        assert x is not None and x.any(), f"{k} does nothing"
        assert_close(x, y, rtol=1e-9, atol=1e-9, msg=lambda text, k=k: f"{k}: {text}")


def linear(x: Tensor, w: Weights, at: str) -> Tensor:
    """x W' + b, or x W' where there is no b."""
    return x @ w[f"{at}.weight"].T + w.get(f"{at}.bias", torch.zeros(1, dtype=x.dtype))


def leaky(x: Tensor) -> Tensor:
    return torch.where(x > 0, x, 0.01 * x)


def unit(x: Tensor) -> Tensor:
    return torch.stack([r / r.square().sum().sqrt() if r.any() else r for r in x])


def softmax(x: Tensor) -> Tensor:
    return x.exp() / x.exp().sum()


def norm(x: Tensor, w: Weights, at: str) -> Tensor:
    """Batch norm of rows (T, C) with the statistics of training."""
    mean, var = w[f"{at}.running_mean"], w[f"{at}.running_var"]
    return (x - mean) / (var + 1e-5).sqrt() * w[f"{at}.weight"] + w[f"{at}.bias"]


def convolve(x: Tensor, w: Weights, at: str, dilation: int) -> Tensor:
    """Causal convolution of rows (T, C): step t reads t, t - dilation, t - 2 dilation, ..."""
    g, v = (w[f"{at}.parametrizations.weight.original{i}"] for i in (0, 1))
    kernel = g * v / v.square().sum(dim=(1, 2), keepdim=True).sqrt()
    steps = []
    for t in range(len(x)):
        total = w[f"{at}.bias"]
        for k in range(kernel.shape[2]):
            if (past := t - (kernel.shape[2] - 1 - k) * dilation) >= 0:
                total = total + kernel[:, :, k] @ x[past]
        steps.append(total)
    return torch.stack(steps)


def tcn(x: Tensor, w: Weights, at: str) -> Tensor:
    level = 0
    while f"{at}.levels.{level}.first.conv.bias" in w:
        here = f"{at}.levels.{level}"
        hidden = leaky(convolve(x, w, f"{here}.first.conv", 2**level))
        hidden = leaky(convolve(hidden, w, f"{here}.second.conv", 2**level))
        if f"{here}.around.weight" in w:
            x = x @ w[f"{here}.around.weight"][:, :, 0].T + w[f"{here}.around.bias"]
        x, level = leaky(hidden + x), level + 1
    return norm(x, w, f"{at}.norm")


def dcn(x: Clip, w: Weights, at: str) -> Clip:
    joint = torch.cat(list(x.values()), dim=1)
    query = linear(joint, w, f"{at}.W_q") if f"{at}.W_q.weight" in w else joint
    new = {}
    for m in x:
        key = linear(x[m].T, w, f"{at}.W_k.{m}")
        score = torch.tanh(key @ query / joint.shape[1] ** 0.5)
        hidden = torch.tanh(linear(x[m], w, f"{at}.W_v.{m}") @ score).clamp(min=0)
        new[m] = x[m] + linear(hidden, w, f"{at}.W_o.{m}").clamp(min=0)
    return new


def recursed(x: Clip, w: Weights, recursions: int, tied: bool = False) -> list[Clip]:
    """X^0 -> [X^0, ..., X^L]."""
    streams = [x]
    for level in range(recursions):
        streams.append(dcn(streams[-1], w, f"recurse.{0 if tied else level}"))
    return streams


def gated(x: Tensor, candidates: list[Tensor], w: Weights, at: str) -> Tensor:
    rows = []
    for t in range(len(x)):
        weights = softmax(linear(x[t], w, f"{at}.score") / 0.1)
        mixed = sum(weights[n] * c[t] for n, c in enumerate(candidates))
        rows.append(torch.as_tensor(mixed).clamp(min=0))
    return torch.stack(rows)


def direction(x: Tensor, w: Weights, at: str, suffix: str, state: tuple[Tensor, Tensor]) -> Tensor:
    """One direction of one layer of an LSTM over rows (T, D) that are in its order."""
    h, c = state
    rows = []
    for row in x:
        gates = w[f"{at}.weight_ih_{suffix}"] @ row + w[f"{at}.bias_ih_{suffix}"]
        gates = gates + w[f"{at}.weight_hh_{suffix}"] @ h + w[f"{at}.bias_hh_{suffix}"]
        i, f, g, o = gates.chunk(4)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        rows.append(h)
    return torch.stack(rows)


def rl(x: Tensor, w: Weights, at: str) -> Tensor:
    state, hidden = w[f"{at}.P"], x
    for layer in (0, 1):
        first = (state[2 * layer], state[4 + 2 * layer])
        second = (state[2 * layer + 1], state[4 + 2 * layer + 1])
        forth = direction(hidden, w, f"{at}.lstm", f"l{layer}", first)
        back = direction(hidden.flip(0), w, f"{at}.lstm", f"l{layer}_reverse", second)
        hidden = torch.cat([forth, back.flip(0)], dim=1)
    return unit(linear(torch.cat([x, hidden], dim=1), w, f"{at}.linear"))


def r1(x: Tensor, w: Weights, targets: int, relu: bool = True) -> Tensor:
    outputs = []
    for k in range(targets):
        hidden = linear(x, w, f"regress.each.{k}.0")
        hidden = hidden.clamp(min=0) if relu else hidden
        outputs.append(linear(hidden, w, f"regress.each.{k}.3"))
    return torch.cat(outputs, dim=1)


def r2(x: Tensor, w: Weights, targets: int) -> Tensor:
    outputs = []
    for k in range(targets):
        hidden = leaky(norm(linear(x, w, f"regress.each.{k}.0"), w, f"regress.each.{k}.1"))
        outputs.append(torch.tanh(linear(hidden, w, f"regress.each.{k}.3")))
    return torch.cat(outputs, dim=1)
