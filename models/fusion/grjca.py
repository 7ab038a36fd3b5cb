"""GRJCA: recursive joint cross-attention with a softmax gate over the recursion outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from models.gate import Gate
from models.head import Head
from models.initial import xavier_
from models.recursion import Recursion
from models.regressors import BatchNormRegressor
from models.tcn import TCNEncoders


class GRJCA(Head):
    """Recursive joint cross-attention, and a softmax gate over the outputs of all L recursions.

        X_m^0 = L2(TCN_m(tokens_m))
        X^l   = DCN_l(X^(l-1)),  l = 1..L, weights not shared unless `tied`
        Y_m   = Gate_m(X_m^L; X_m^0, ..., X_m^L)      or X_m^L where `gate` is False
        y     = regressor([Y_1, ..., Y_M])

    Source: Praveen & Alam, GRJCA, CVPRW 2025: audio and visual, L = 2. More than
    two modalities are ours.
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
        dropout: float = 0.6,
        temperature: float = 0.1,
        gate: bool = True,
        tied: bool = False,
    ) -> None:
        super().__init__(widths, steps, targets)
        self.encode = TCNEncoders(widths, channels, kernel, encoder_dropout, unit=True)
        inner = self.encode.widths
        self.recurse = Recursion(inner, steps, recursions, tied, dropout)
        self.gate = nn.ModuleDict(
            {m: Gate(c, recursions + 1, temperature) for m, c in inner.items()} if gate else {}
        )
        self.regress = BatchNormRegressor(sum(inner.values()), targets)
        xavier_(self.recurse)
        xavier_(self.gate)

    def encoded(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}."""
        return self.encode(streams)

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        """{modality: (B, T, C)} -> (B, T, Y)."""
        fused = {m: self._gated(m, x) for m, x in self.recurse(streams).items()}
        return self.regress(torch.cat(list(fused.values()), dim=-1))  # (B, T, Y)

    def gates(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """Gate weights: {modality: (B, T, C)} -> {modality: (B, T, N)}, N = L + 1."""
        candidates = self.recurse(streams)
        gates = {m: gate for m, gate in self.gate.items() if isinstance(gate, Gate)}
        return {m: gate.weigh(candidates[m][-1]) for m, gate in gates.items()}

    def _gated(self, modality: str, candidates: list[Tensor]) -> Tensor:
        """The gated stream of one modality: its L + 1 streams (B, T, C) -> (B, T, C)."""
        if not self.gate:
            return candidates[-1]
        return self.gate[modality](candidates[-1], candidates)
