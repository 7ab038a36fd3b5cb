"""HGRJCA: GRJCA with a hierarchy of gates, one at every recursion and one over their outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from models.head import Head
from models.hierarchy import HierarchicalGate
from models.initial import xavier_
from models.recursion import Recursion
from models.regressors import BatchNormRegressor
from models.tcn import TCNEncoders


class HGRJCA(Head):
    """Recursive joint cross-attention, and softmax gates over its outputs in two levels.

        X_m^0 = L2(TCN_m(tokens_m))
        X^l   = DCN_l(X^(l-1)),  l = 1..L
        G_m^l = Gate_m^l(X_m^l; X_m^0, ..., X_m^l)
        Y_m   = Gate_m(X_m^L; G_m^1, ..., G_m^L)       or G_m^1 where L is 1
        y     = regressor([Y_1, ..., Y_M])

    Source: Praveen & Alam, CVPRW 2025: audio and visual, L = 2. More than two modalities are ours.
    """

    fewest = 2
    published = ("visual", "audio")

    def __init__(
        self,
        widths: Mapping[str, int],
        steps: int,
        targets: int,
        channels: Mapping[str, Sequence[int]] | None = None,
        kernel: int = 5,
        encoder_dropout: float = 0.1,
        recursions: int = 2,
        tied: bool = False,
        dropout: float = 0.6,
        temperature: float = 0.1,
    ) -> None:
        super().__init__(widths, steps, targets)
        self.encode = TCNEncoders(widths, channels, kernel, encoder_dropout, unit=True)
        inner = self.encode.widths
        self.recurse = Recursion(inner, steps, recursions, tied, dropout)
        self.gate = nn.ModuleDict(
            {m: HierarchicalGate(c, recursions, temperature) for m, c in inner.items()}
        )
        self.regress = BatchNormRegressor(sum(inner.values()), targets)
        xavier_(self.recurse)
        xavier_(self.gate)

    def encoded(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}."""
        return self.encode(streams)

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        """{modality: (B, T, C)} -> (B, T, Y)."""
        recursed = self.recurse(streams)
        gated = [self.gate[m](x) for m, x in recursed.items()]
        return self.regress(torch.cat(gated, dim=-1))  # (B, T, Y)

    def gates(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """Gate weights through both levels: {modality: (B, T, C)} -> {modality: (B, T, L + 1)}."""
        recursed = self.recurse(streams)
        gates = {m: g for m, g in self.gate.items() if isinstance(g, HierarchicalGate)}
        return {m: gate.weigh(recursed[m]) for m, gate in gates.items()}
