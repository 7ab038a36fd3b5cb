"""Single-head scaled dot-product attention from one stream to another."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Attention(nn.Module):
    """Scaled dot-product attention with one head.

        A = softmax((x W_q + b_q) (s W_k)' / sqrt C)     query x (..., T, C), source s (..., S, C)
        y = (A (s W_v + b_v)) W_o + b_o                  (..., T, C)

    Keys and values are both made of the source. The keys have no bias: it would add the same to
    all scores of a query, and softmax cancels that. In torch's MultiheadAttention W_q, W_k and W_v
    are the thirds of in_proj and W_o is out_proj; its initial weights are used here.

    The source is never projected: the query is multiplied by W_q W_k' and the weighted mean of the
    source by W_v W_o, so that one query with many sources is projected once.
    Source: Vaswani et al. 2017.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.W_q = nn.Linear(width, width)
        self.W_k = nn.Linear(width, width, bias=False)
        self.W_v = nn.Linear(width, width)
        self.W_o = nn.Linear(width, width)
        bound = math.sqrt(6 / (width + 3 * width))  # Xavier over the three as one matrix
        for layer in (self.W_q, self.W_k, self.W_v):
            nn.init.uniform_(layer.weight, -bound, bound)
        for layer in (self.W_q, self.W_v, self.W_o):
            nn.init.zeros_(layer.bias)
        self.scale = 1 / math.sqrt(width)

    def forward(self, query: Tensor, source: Tensor) -> Tensor:
        """Query (..., T, C) and source (..., S, C) -> (..., T, C); leading axes broadcast."""
        projected = chain(query, self.W_q, self.W_k.weight.T)  # (..., T, C)
        scores = projected @ source.transpose(-1, -2) * self.scale  # (..., T, S)
        attended = torch.softmax(scores, dim=-1) @ source  # (..., T, C)
        return chain(attended, self.W_v, self.W_o.weight, self.W_o.bias)


def chain(x: Tensor, first: nn.Linear, second: Tensor, bias: Tensor | None = None) -> Tensor:
    """Two linear layers in a row, the second as `second` (C', C) and `bias`: (..., C) -> (..., C').

    With nothing between them they are one layer: many rows pass the product of their weights.
    """
    if x.numel() <= x.shape[-1] * first.out_features:
        return F.linear(first(x), second, bias)
    return F.linear(x, second @ first.weight, F.linear(first.bias, second, bias))
