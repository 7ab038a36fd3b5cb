"""Transformer encoder layer: single-head self-attention over time and a feed-forward network."""

from __future__ import annotations

from torch import Tensor, nn

from models.attention import Attention


class Encoder(nn.Module):
    """A post-norm transformer encoder layer with one head, without dropout, mask or positions.

        x <- LN(x + attention(x, x))
        x <- LN(x + ReLU(x W_1) W_2)

    In the authors' code W_1 and W_2 are feed_forward[0] and [2], and the norms layer_norm1 and 2.
    Source: JMT (Waligora et al., CVPRW 2024), after Vaswani et al. 2017.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attend = Attention(width)
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.W_1, self.W_2 = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(..., T, C) -> (..., T, C)."""
        x = self.norm_1(x + self.attend(x, x))
        return self.norm_2(x + self.W_2(self.W_1(x).relu()))
