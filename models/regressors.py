"""Regressors: fused features -> targets, step by step, with separate layers for each target."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from models.dropout import Dropout


class DropoutRegressor(nn.Module):
    """Regressor of the clip-based heads: Linear - ReLU - dropout - Linear, output unbounded.

    `relu` is False in JCA (CVPRW 2022), whose regressor is linear.
    Source: the clip-based heads JCA, RJCA and DCA (Praveen et al.), hidden 128, dropout 0.6. Their
    code calls the regressors vregressor (valence) and aregressor (arousal).
    """

    def __init__(
        self,
        width: int,
        targets: int,
        hidden: int = 128,
        dropout: float = 0.6,
        relu: bool = True,
    ) -> None:
        super().__init__()
        self.each = nn.ModuleList(
            nn.Sequential(
                nn.Linear(width, hidden),
                nn.ReLU() if relu else nn.Identity(),
                Dropout(dropout),
                nn.Linear(hidden, 1),
            )
            for _ in range(targets)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) -> (B, T, Y)."""
        return torch.cat([one(x) for one in self.each], dim=-1)  # (B, T, Y)


class BatchNormRegressor(nn.Module):
    """Regressor of the frame-based heads: Linear - batch norm - leaky ReLU - Linear - tanh.

    The output is within (-1, 1). The first Linear has no bias: batch norm would cancel it.
    Source: the frame-based heads RJCMA and GRJCA (Praveen & Alam, CVPRW 2024 and 2025), which
    train one model per target; hidden 256.
    """

    def __init__(self, width: int, targets: int, hidden: int = 256) -> None:
        super().__init__()
        self.each = nn.ModuleList(
            nn.Sequential(
                nn.Linear(width, hidden, bias=False),
                nn.BatchNorm1d(hidden),
                nn.LeakyReLU(),
                nn.Linear(hidden, 1),
                nn.Tanh(),
            )
            for _ in range(targets)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) -> (B, T, Y)."""
        rows = x.flatten(0, 1)  # (B T, C)
        values = torch.cat([one(rows) for one in self.each], dim=-1)  # (B T, Y)
        return values.unflatten(0, x.shape[:2])  # (B, T, Y)


class TanhRegressor(nn.Module):
    """Regressor of FG 2021: dropout, then Linear - tanh for each hidden width and for the output.

    Source: cross-attentional fusion (Praveen et al., FG 2021), hidden 512 and 256, dropout 0.5.
    """

    def __init__(
        self,
        width: int,
        targets: int,
        hidden: Sequence[int] = (512, 256),
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        sizes = [width, *hidden, 1]
        self.each = nn.ModuleList(
            nn.Sequential(
                Dropout(dropout),
                *(
                    layer
                    for width_in, width_out in pairwise(sizes)
                    for layer in (nn.Linear(width_in, width_out), nn.Tanh())
                ),
            )
            for _ in range(targets)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) -> (B, T, Y)."""
        return torch.cat([one(x) for one in self.each], dim=-1)  # (B, T, Y)
