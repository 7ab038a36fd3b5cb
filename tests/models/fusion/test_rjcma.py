"""RJCMA against its equations, written out once more: one clip at a time, in float64."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.fusion import build
from tests.models.spelled import Clip, Weights, agree, r2, recursed, tcn

T, Y = 7, 3
WIDTHS = {"visual": 11, "audio": 13, "text": 17}
CHANNELS = {"visual": [29, 19], "audio": [23, 23], "text": [31]}


def rjcma(w: Weights, clip: Clip, recursions: int, tied: bool) -> Tensor:
    encoded = {m: tcn(x, w, f"encode.each.{m}") for m, x in clip.items()}
    last = recursed(encoded, w, recursions, tied)[-1]
    return r2(torch.cat(list(last.values()), dim=1), w, Y)


@pytest.mark.parametrize(
    ("count", "recursions", "tied", "project_joint"),
    [(2, 1, False, True), (3, 2, False, False), (3, 2, False, True), (3, 3, True, False)],
)
def test_it_computes_its_equations(count, recursions, tied, project_joint):
    def spell(w: Weights, clip: Clip) -> Tensor:
        return rjcma(w, clip, recursions, tied)

    widths = dict(list(WIDTHS.items())[:count])
    agree(
        "rjcma", spell, widths, T, Y, channels=CHANNELS, recursions=recursions, tied=tied,
        project_joint=project_joint,
    )  # fmt: skip


def test_attention_starts_with_a_bias():
    weights = build("rjcma", WIDTHS, T, channels=CHANNELS).state_dict()
    assert all(w.any() for k, w in weights.items() if k.startswith("recurse"))
