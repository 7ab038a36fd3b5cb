"""Regressors: one fused vector per step in, one value per target out. Each target has its own."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class DropoutRegressor(nn.Module):
    """Linear - ReLU - dropout - Linear, with no bound on the output.

    Source: the clip-based heads JCA, RJCA and DCA (Praveen et al.), hidden 128, dropout 0.6.
    """

    def __init__(self, width: int, targets: int, hidden: int = 128, dropout: float = 0.6) -> None:
        super().__init__()
        self.each = nn.ModuleList(
            nn.Sequential(
                nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, 1)
            )
            for _ in range(targets)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) -> (B, T, Y)."""
        return torch.cat([one(x) for one in self.each], dim=-1)  # (B, T, Y)


class BatchNormRegressor(nn.Module):
    """Linear - batch norm - leaky ReLU - Linear - tanh, so that the output is within (-1, 1).

    The first Linear has no bias: the normalisation would take it away again.
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
