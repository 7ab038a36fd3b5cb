"""Gate: at each step, how much of a modality's more and less attended selves to let through."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor, nn


class Gate(nn.Module):
    """Sharp softmax choice, step by step, between N candidates for one modality.

        w = softmax((source W + b) / temperature)    (B, T, N)
        y = ReLU(sum_n w_n candidate_n)              (B, T, C)

    Source: Praveen & Alam, GRJCA, CVPRW 2025 (temperature 0.1).
    """

    def __init__(self, width: int, candidates: int, temperature: float = 0.1) -> None:
        super().__init__()
        if temperature <= 0:
            raise ValueError(f"a gate's temperature must be above 0, got {temperature}")
        self.score = nn.Linear(width, candidates)
        self.temperature = temperature

    def weigh(self, source: Tensor) -> Tensor:
        """(B, T, C) -> weights (B, T, N) that sum to one at each step."""
        return torch.softmax(self.score(source) / self.temperature, dim=-1)  # (B, T, N)

    def forward(self, source: Tensor, candidates: Sequence[Tensor]) -> Tensor:
        """Source (B, T, C) and N candidates (B, T, C) -> (B, T, C)."""
        weights = self.weigh(source).split(1, dim=-1)  # N x (B, T, 1)
        mixed = [w * x for w, x in zip(weights, candidates, strict=True)]
        return torch.relu(reduce(torch.add, mixed))  # (B, T, C)
