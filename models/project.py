"""Projection of modalities of any width to a common width, L2-normalised."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from models.unit import unit


class Project(nn.Module):
    """A linear projection of each modality to a common width, then L2 normalisation.

    Modalities that have that width already are not projected. The projection has no bias, so
    that a row without data, zeros, stays zero.
    """

    def __init__(self, widths: Mapping[str, int], width: int) -> None:
        super().__init__()
        self.widths = dict(widths)
        self.each = nn.ModuleDict(
            {m: nn.Linear(d, width, bias=False) for m, d in widths.items() if d != width}
        )

    def forward(self, streams: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}, of those that are given."""
        read = [m for m in self.widths if m in streams]
        same = {m: self.each[m](streams[m]) if m in self.each else streams[m] for m in read}
        return {m: unit(x) for m, x in same.items()}
