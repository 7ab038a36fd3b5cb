"""RJCMA: recursive joint cross-modal attention over audio, visual and text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from models.head import Head
from models.recursion import Recursion
from models.regressors import BatchNormRegressor
from models.tcn import TCNEncoders


class RJCMA(Head):
    """Recursive joint cross-attention over TCN-encoded modalities.

        X_m^0 = TCN_m(tokens_m)
        X^l   = DCN_l(X^(l-1)),  l = 1..L
        y     = regressor([X_1^L, ..., X_M^L])

    The paper projects the joint stream; the authors' code builds that projection and does
    not apply it, which is `project_joint=False`. In the code the TCNs are temporal and bn, the DCNs
    coattn.dcn_layers, and in each W_q is query_linear, W_k keyN_linear, W_v valueN_linear and W_o
    linears[N][0].

    Source: Praveen & Alam, CVPRW 2024: L = 2 in the code, 3 is the paper's best.
    """

    fewest = 2
    most = 3
    published = ("visual", "audio", "text")

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
        project_joint: bool = True,
    ) -> None:
        super().__init__(widths, steps, targets)
        self.encode = TCNEncoders(widths, channels, kernel, encoder_dropout, unit=False)
        inner = self.encode.widths
        self.recurse = Recursion(inner, steps, recursions, tied, dropout, project_joint)
        self.regress = BatchNormRegressor(sum(inner.values()), targets)

    def encoded(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}."""
        return self.encode(streams)

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        """{modality: (B, T, C)} -> (B, T, Y)."""
        recursed = self.recurse(streams)
        joint = torch.cat([each[-1] for each in recursed.values()], dim=-1)  # (B, T, J)
        return self.regress(joint)  # (B, T, Y)
