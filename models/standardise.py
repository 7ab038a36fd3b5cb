"""Standardisation of features to zero mean and unit deviation, saved with the weights of a head."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from models.aligned import AlignedClip
from models.head import Head

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
    """A head with standardisation in front, which takes features as their extractors made them.

    It is called like the head inside it, and its state_dict is all that inference needs.
    """

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.head = head
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
        return self.head(self._scaled(tokens), masks)

    def explain(
        self, tokens: Mapping[str, Tensor], masks: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        """The gate weights behind a prediction; see Head.explain."""
        return self.head.explain(self._scaled(tokens), masks)

    def _scaled(self, tokens: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {m: scale(tokens[m]) for m, scale in self.scale.items() if m in tokens}
