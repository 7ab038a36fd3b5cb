"""GRJCA and HGRJCA against their equations, written out once more, one clip at a time."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.fusion import build
from tests.models.spelled import Clip, Weights, agree, gated, r2, recursed, tcn, unit

B, T, Y = 2, 7, 3
WIDTHS = {"visual": 11, "audio": 13, "text": 17, "au": 37}
CHANNELS = {"visual": [29, 19], "audio": [23, 23], "text": [31], "au": [41]}


def streams_of(w: Weights, clip: Clip, recursions: int, tied: bool) -> dict[str, list[Tensor]]:
    encoded = {m: unit(tcn(x, w, f"encode.each.{m}")) for m, x in clip.items()}
    levels = recursed(encoded, w, recursions, tied)
    return {m: [level[m] for level in levels] for m in clip}


def grjca(w: Weights, clip: Clip, recursions: int, gate: bool, tied: bool) -> Tensor:
    streams = streams_of(w, clip, recursions, tied)
    fused = [gated(x[-1], x, w, f"gate.{m}") if gate else x[-1] for m, x in streams.items()]
    return r2(torch.cat(fused, dim=1), w, Y)


def hgrjca(w: Weights, clip: Clip, recursions: int, tied: bool) -> Tensor:
    fused = []
    for m, x in streams_of(w, clip, recursions, tied).items():
        low = [
            gated(x[level], x[: level + 1], w, f"gate.{m}.low.{level - 1}")
            for level in range(1, recursions + 1)
        ]
        fused.append(gated(x[-1], low, w, f"gate.{m}.high") if recursions > 1 else low[0])
    return r2(torch.cat(fused, dim=1), w, Y)


def some(count: int) -> dict[str, int]:
    return dict(list(WIDTHS.items())[:count])


def everything() -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    tokens = {m: torch.randn(B, T, d) for m, d in WIDTHS.items()}
    return tokens, {m: torch.ones(B, T, dtype=torch.bool) for m in WIDTHS}


@pytest.mark.parametrize("gate", [True, False])
@pytest.mark.parametrize(
    ("count", "recursions", "tied"), [(2, 1, False), (2, 2, True), (3, 4, False), (4, 2, False)]
)
def test_grjca_computes_its_equations(count, recursions, tied, gate):
    options = {"recursions": recursions, "gate": gate, "tied": tied}
    agree(
        "grjca", lambda w, clip: grjca(w, clip, **options), some(count), T, Y, channels=CHANNELS,
        **options,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("count", "recursions", "tied"),
    [(2, 1, False), (2, 2, False), (3, 3, False), (3, 4, True), (4, 2, False)],
)
def test_hgrjca_computes_its_equations(count, recursions, tied):
    options = {"recursions": recursions, "tied": tied}
    agree(
        "hgrjca", lambda w, clip: hgrjca(w, clip, **options), some(count), T, Y, channels=CHANNELS,
        **options,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["grjca", "hgrjca"])
def test_a_gate_has_one_candidate_more_than_there_are_recursions(name):
    head = build(name, WIDTHS, T, channels=CHANNELS, recursions=4).eval()
    assert {w.shape for w in head.explain(*everything()).values()} == {(B, T, 5)}


@pytest.mark.parametrize("name", ["grjca", "hgrjca"])
def test_attention_and_gates_start_without_bias_and_encoders_with(name):
    weights = build(name, WIDTHS, T, channels=CHANNELS).state_dict()
    fusion = [w for k, w in weights.items() if k.startswith(("recurse", "gate"))]
    assert not any(w.any() for w in fusion if w.ndim == 1)
    assert all(w.any() for w in fusion if w.ndim == 2)
    assert all(w.any() for k, w in weights.items() if k.endswith("conv.bias"))


def test_without_gates_there_is_nothing_to_explain():
    head = build("grjca", WIDTHS, T, channels=CHANNELS, gate=False).eval()
    assert head.explain(*everything()) == {}


@pytest.mark.parametrize("name", ["grjca", "hgrjca", "rjca", "dca", "rjcma"])
@pytest.mark.parametrize("recursions", [0, 5])
def test_a_depth_nobody_tried_is_refused(name, recursions):
    with pytest.raises(ValueError, match=f"recursions must be 1 to 4, got {recursions}"):
        build(name, some(3), T, recursions=recursions)
