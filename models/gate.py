"""Softmax gate over the recursion outputs of one modality."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor, nn


class Gate(nn.Module):
    """Softmax gate: a weighted sum of N candidates for one modality, weighted anew at every step.

        w = softmax((x W + b) / temperature)         (B, T, N)
        y = ReLU(sum_n w_n candidate_n)              (B, T, C)

    Raises ValueError for a temperature that is not above 0.
    Source: Praveen & Alam, GRJCA, CVPRW 2025 (temperature 0.1).
    """

    def __init__(self, width: int, candidates: int, temperature: float = 0.1) -> None:
        super().__init__()
        if temperature <= 0:
            raise ValueError(f"a gate's temperature must be above 0, got {temperature}")
        self.score = nn.Linear(width, candidates)
        self.temperature = temperature

    def weigh(self, x: Tensor) -> Tensor:
        """Gate weights, which sum to one at each step: (B, T, C) -> (B, T, N)."""
        return torch.softmax(self.score(x) / self.temperature, dim=-1)  # (B, T, N)

    def forward(self, x: Tensor, candidates: Sequence[Tensor]) -> Tensor:
        """x (B, T, C) and N candidates (B, T, C) -> (B, T, C)."""
        weights = self.weigh(x).split(1, dim=-1)  # N x (B, T, 1)
        mixed = [w * c for w, c in zip(weights, candidates, strict=True)]
        return torch.relu(reduce(torch.add, mixed))  # (B, T, C)
