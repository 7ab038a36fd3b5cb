"""Windows: a clip of any length cut into windows of equal length, and averaged back."""

from __future__ import annotations

import torch
from torch import Tensor

from models.shapes import ShapeError


def starts(length: int, steps: int, hop: int) -> range:
    """The first step of each window: every `hop` steps until the end is covered, none for length 0.

    Raises ValueError for a hop below 1 or above `steps`, which would leave steps out.
    """
    if not 1 <= hop <= steps:
        raise ValueError(f"hop must be 1 to steps={steps}, got {hop}")
    count = 1 + -(-max(length - steps, 0) // hop) if length else 0
    return range(0, count * hop, hop)


def rows(length: int, steps: int, hop: int) -> tuple[Tensor, Tensor]:
    """The row of the clip that each step of each window reads: index (W, T), inside (W, T) bool.

    Steps beyond the end are not inside; their index repeats the last row, so that it can be read.
    """
    first = torch.tensor(starts(length, steps, hop), dtype=torch.int64)
    index = first[:, None] + torch.arange(steps)  # (W, T)
    return index.clamp(max=max(length - 1, 0)), index < length


def average(windows: Tensor, length: int, hop: int) -> Tensor:
    """The mean of overlapping windows at each step: windows (W, T, Y) -> (length, Y).

    Values of steps beyond the end are not read. Raises ShapeError if these are not the windows of
    a clip of that length.
    """
    steps = windows.shape[1]
    begins = starts(length, steps, hop)
    if len(windows) != len(begins):
        raise ShapeError(
            f"{length} steps in windows of {steps}, hop {hop}, are {len(begins)} windows, "
            f"got {len(windows)}"
        )
    total = windows.new_zeros(length, windows.shape[2])  # (length, Y)
    count = windows.new_zeros(length, 1)
    for window, begin in zip(windows, begins, strict=True):
        kept = min(steps, length - begin)
        total[begin : begin + kept] += window[:kept]
        count[begin : begin + kept] += 1
    return total / count
