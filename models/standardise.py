"""A head between units: features standardised before it, predictions in the targets' ranges."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from models.aligned import AlignedClip
from models.head import Head
from models.targets import Range

# A feature whose deviation is below this share of its mean is constant but for float32 rounding.
CONSTANT = 1e-6


class Scale(nn.Module):
    """Standardisation of one modality: the mean and standard deviation of each of its features."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("deviation", torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """(..., D) -> (..., D)."""
        return (x - self.mean) / self.deviation

    def fit(self, rows: Tensor) -> None:
        """Set mean and deviation from rows (R, D); a constant feature is centred and not scaled."""
        rows = rows.double()
        mean, deviation = rows.mean(dim=0), rows.std(dim=0, correction=0)  # (D,)
        constant = deviation <= CONSTANT * mean.abs()
        self.mean.copy_(mean)
        self.deviation.copy_(deviation.masked_fill(constant, 1.0))


class Standardised(nn.Module):
    """A head that takes features as their extractors made them and predicts in targets' ranges.

        y = middle + reach * head(standardised)    middle (low + high) / 2, reach (high - low) / 2

    It is called like the head inside it, and its state_dict is all that inference needs. Without
    `ranges` each target's is -1 to 1, where the output is the head's, bit for bit. Raises
    ValueError for another number of ranges than targets, and for a range that is none.
    """

    middle: Tensor
    reach: Tensor

    def __init__(self, head: Head, ranges: Sequence[Range] | None = None) -> None:
        super().__init__()
        self.head = head
        ranges = [(-1.0, 1.0)] * head.targets if ranges is None else list(ranges)
        if len(ranges) != head.targets:
            raise ValueError(f"{head.targets} targets need as many ranges, got {len(ranges)}")
        for low, high in ranges:
            if not (low < high and math.isfinite(high - low)):
                raise ValueError(f"a range is a low and a higher number, got [{low}, {high}]")
        # -0.0 rather than 0.0 in the middle of -1 to 1: adding it changes no bit, not even of -0.0
        middle = [-((-low - high) / 2) for low, high in ranges]
        self.register_buffer("middle", torch.tensor(middle, dtype=torch.float32))  # (Y,)
        reach = [(high - low) / 2 for low, high in ranges]
        self.register_buffer("reach", torch.tensor(reach, dtype=torch.float32))  # (Y,)
        self.scale = nn.ModuleDict({m: Scale(width) for m, width in head.widths.items()})

    def fit(self, clips: Iterable[AlignedClip]) -> None:
        """Set the scale of every feature from the valid rows of the training clips.

        Raises ValueError for a modality without a valid row in them.
        """
        clips = list(clips)
        for m, scale in self.scale.items():
            rows = torch.cat([clip.tokens[m][clip.masks[m]] for clip in clips])  # (R, D)
            if not len(rows):
                raise ValueError(
                    f"{m} has no valid row in {len(clips)} training clips; take it out of the "
                    f"modalities of every run, and runs of it alone out of the heads"
                )
            scale.fit(rows)  # pyright: ignore[reportCallIssue]  # a ModuleDict forgets types

    def forward(self, tokens: Mapping[str, Tensor], masks: Mapping[str, Tensor]) -> Tensor:
        """Predictions: tokens {modality: (B, T, D)}, masks {modality: (B, T)} -> (B, T, Y)."""
        return self.middle + self.reach * self.head(self._scaled(tokens), masks)

    def explain(
        self, tokens: Mapping[str, Tensor], masks: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        """The gate weights behind a prediction; see Head.explain."""
        return self.head.explain(self._scaled(tokens), masks)

    def _scaled(self, tokens: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {m: scale(tokens[m]) for m, scale in self.scale.items() if m in tokens}
