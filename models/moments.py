"""Moments: mean and deviation of rows that come a block at a time."""

from __future__ import annotations

import torch
from torch import Tensor


class Moments:
    """Mean and population deviation of each of D features, in float64, in one pass.

    Source: Chan, Golub & LeVeque 1983: sums of squares about the mean of each block are joined, so
    that no digits are lost where a mean is large.
    """

    def __init__(self, width: int) -> None:
        self.count = 0
        self.mean = torch.zeros(width, dtype=torch.float64)
        self._squares = torch.zeros(width, dtype=torch.float64)

    def add(self, rows: Tensor) -> None:
        """Take rows (R, D), R may be 0."""
        if not len(rows):
            return
        rows = rows.double()
        mean = rows.mean(dim=0)  # (D,)
        squares = (rows - mean).square_().sum(dim=0)  # (D,)
        count = self.count + len(rows)
        apart = mean - self.mean
        self._squares += squares + apart.square() * (self.count * len(rows) / count)
        self.mean += apart * (len(rows) / count)
        self.count = count

    @property
    def deviation(self) -> Tensor:
        """(D,), 0 without rows."""
        return (self._squares / max(1, self.count)).sqrt()
