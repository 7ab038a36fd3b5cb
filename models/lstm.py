"""Residual LSTM (RL): a bidirectional LSTM over time, its input concatenated to its output."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.dropout import Dropout
from models.unit import unit


class ResidualLSTM(nn.Module):
    """A two-layer bidirectional LSTM and its input, concatenated, projected and L2-normalised.

        y = L2(Drop([x, LSTM(x)]) W + b)    (B, T, C)

    The LSTM's first state is learned: rows 0-3 of `P` are its hidden and rows 4-7 its cell state,
    by layer and then direction. In the authors' code `lstm` is rnn, and `P` is init_hidden.

    Raises ValueError for an odd width, which two directions cannot share.
    Source: RJCA (Praveen et al., ICASSP 2023).
    """

    def __init__(self, width_in: int, width: int, dropout: float) -> None:
        super().__init__()
        if width < 2 or width % 2:
            raise ValueError(f"a bidirectional LSTM needs an even width, got {width}")
        half = width // 2
        self.lstm = nn.LSTM(
            width_in, half, num_layers=2, batch_first=True, dropout=dropout, bidirectional=True
        )
        self.P = nn.Parameter(nn.init.xavier_uniform_(torch.empty(8, half)))
        self.linear = nn.Linear(width_in + width, width)
        self.drop = Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, D) -> (B, T, C)."""
        state = self.P[:, None].expand(-1, len(x), -1).contiguous()  # (8, B, C / 2)
        hidden, _ = self.lstm(x, (state[:4], state[4:]))  # (B, T, C)
        return unit(self.linear(self.drop(torch.cat([x, hidden], dim=-1))))  # (B, T, C)
