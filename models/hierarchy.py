"""Hierarchical gate: a softmax gate at every recursion, and one over the outputs of those."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.gate import Gate


class HierarchicalGate(nn.Module):
    """Two levels of softmax gates over the recursion outputs X^0, ..., X^L of one modality.

        G_l = Gate_l(X^l; X^0, ..., X^l),  l = 1..L
        y   = Gate(X^L; G_1, ..., G_L)                   or G_1 where L is 1

    Source: HGRJCA (Praveen & Alam, CVPRW 2025) for L = 2; the pattern is continued for others.
    """

    def __init__(self, width: int, recursions: int, temperature: float = 0.1) -> None:
        super().__init__()
        self.low = nn.ModuleList(Gate(width, n + 2, temperature) for n in range(recursions))
        # a softmax over one candidate is constant, and its weights would have no gradient
        self.high = Gate(width, recursions, temperature) if recursions > 1 else None

    def forward(self, streams: Sequence[Tensor]) -> Tensor:
        """L + 1 streams (B, T, C) -> (B, T, C)."""
        gated = [gate(streams[n + 1], streams[: n + 2]) for n, gate in enumerate(self.low)]
        return self.high(streams[-1], gated) if self.high else gated[-1]

    def weigh(self, streams: Sequence[Tensor]) -> Tensor:
        """Each stream's weight through both levels: L + 1 streams (B, T, C) -> (B, T, L + 1).

        The ReLU between the levels is left out, so that the weights sum to one.
        """
        last = streams[-1]
        high = self.high.weigh(last) if self.high else torch.ones_like(last[..., :1])  # (B, T, L)
        weights = torch.zeros_like(last[..., :1]).repeat(1, 1, len(streams))  # (B, T, L + 1)
        for n, gate in enumerate(self.low):
            low = gate.weigh(streams[n + 1])  # pyright: ignore[reportCallIssue]
            weights[..., : n + 2] += high[..., n : n + 1] * low
        return weights
