"""DCA: dynamic cross-attention, RJCA with a softmax gate over attended and unattended streams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from models.clip_encoders import ClipEncoders
from models.gate import Gate
from models.head import Head
from models.initial import xavier_
from models.lstm import ResidualLSTM
from models.recursion import Recursion
from models.regressors import DropoutRegressor


class DCA(Head):
    """Recursive joint cross-attention, and a softmax gate over its input and its last output.

        X_m^0 = RL_m(L2(tokens_m))       the map's after spatial attention where `spatial`
        X^l   = DCN_l(X^(l-1)),  l = 1..L
        Y_m   = Gate_m(X_m^L; X_m^0, X_m^L)
        y     = regressor(RL([Y_1, ..., Y_M]))

    In the authors' code (orig_cam.py) the gates are audio_gating_fc_layer and
    video_gating_fc_layer, and the rest is called as in RJCA. More than two modalities are ours.

    Source: Praveen & Alam, dynamic cross-attention, ICME 2024; RL 512 wide, L = 2.
    """

    fewest = 2
    published = ("visual", "audio")

    def __init__(
        self,
        widths: Mapping[str, int],
        steps: int,
        targets: int,
        width: int = 512,
        recursions: int = 2,
        tied: bool = False,
        dropout: float = 0.6,
        temperature: float = 0.1,
        spatial: bool | Sequence[str] = False,
        layout: str = "published",
    ) -> None:
        super().__init__(widths, steps, targets)
        self.encode = ClipEncoders(widths, width, spatial, layout)
        self.recurse = Recursion(self.encode.widths, steps, recursions, tied, dropout)
        self.gate = nn.ModuleDict({m: Gate(width, 2, temperature) for m in widths})
        self.join = ResidualLSTM(width * len(widths), width, dropout=0.0)
        self.regress = DropoutRegressor(width, targets)
        xavier_(self)

    @property
    def apart(self) -> bool:
        """Whether each modality is encoded by itself; not so under spatial attention."""
        return self.encode.apart

    def encoded(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}."""
        return self.encode(streams)

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        """{modality: (B, T, C)} -> (B, T, Y)."""
        recursed = self.recurse(streams)
        gated = [self.gate[m](x[-1], [x[0], x[-1]]) for m, x in recursed.items()]
        return self.regress(self.join(torch.cat(gated, dim=-1)))  # (B, T, Y)

    def gates(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """Gate weights: {modality: (B, T, C)} -> {modality: (B, T, 2)}, of X_m^0 and of X_m^L."""
        recursed = self.recurse(streams)
        gates = {m: gate for m, gate in self.gate.items() if isinstance(gate, Gate)}
        return {m: gate.weigh(recursed[m][-1]) for m, gate in gates.items()}
