"""Windows: a clip of any length seen through windows of equal length, and put together again."""

from __future__ import annotations

import torch
from torch import Tensor

from models.shapes import ShapeError


def starts(length: int, steps: int, hop: int) -> range:
    """First step of each window: every `hop` steps until the end is covered, none for no length.

    Raises ValueError for a hop that would leave steps out or never move.
    """
    if not 1 <= hop <= steps:
        raise ValueError(f"hop must be 1 to steps={steps}, got {hop}")
    count = 1 + -(-max(length - steps, 0) // hop) if length else 0
    return range(0, count * hop, hop)


def rows(length: int, steps: int, hop: int) -> tuple[Tensor, Tensor]:
    """Which row of the clip each step of each window reads -> index (W, T), inside (W, T) bool.

    Steps beyond the end are not inside; their index repeats the last row, so that it can be read.
    """
    first = torch.tensor(starts(length, steps, hop), dtype=torch.int64)
    index = first[:, None] + torch.arange(steps)  # (W, T)
    return index.clamp(max=max(length - 1, 0)), index < length


def average(windows: Tensor, length: int, hop: int) -> Tensor:
    """Windows (W, T, Y) back to one row per step (length, Y): the mean of the windows that saw it.

    What windows say about steps beyond the end is not read. Raises ShapeError if these are not
    the windows of a clip of that length.
    """
    steps = windows.shape[1]
    begins = starts(length, steps, hop)
    if len(windows) != len(begins):
        raise ShapeError(
            f"{length} steps in windows of {steps}, hop {hop}, are {len(begins)} windows, "
            f"got {len(windows)}"
        )
    total = windows.new_zeros(length, windows.shape[2])  # (length, Y)
    seen = windows.new_zeros(length, 1)
    for window, begin in zip(windows, begins, strict=True):
        kept = min(steps, length - begin)
        total[begin : begin + kept] += window[:kept]
        seen[begin : begin + kept] += 1
    return total / seen
