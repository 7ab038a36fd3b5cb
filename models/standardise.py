"""A head between units: features standardised before it, predictions in the targets' ranges."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from models.clip import Clip
from models.head import Head
from models.moments import Moments
from models.targets import Range

# A feature whose deviation is below this share of its mean is constant but for float32 rounding.
CONSTANT = 1e-6
BLOCK = 4096  # steps that are read at a time


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

    def set(self, moments: Moments) -> None:
        """Take mean and deviation of some rows; a constant feature is centred and not scaled."""
        constant = moments.deviation <= CONSTANT * moments.mean.abs()  # (D,)
        self.mean.copy_(moments.mean)
        self.deviation.copy_(moments.deviation.masked_fill(constant, 1.0))


class Standardised(nn.Module):
    """A head that takes features as their extractors made them and predicts in targets' ranges.

        y = middle + reach * head(standardised)    middle (low + high) / 2, reach (high - low) / 2

    It is called like the head inside it, and its state_dict is all that inference needs. Without
    `ranges` each target's is -1 to 1, where the output is the head's, bit for bit. `precision` is
    that of the head, see models.placement; what goes in and comes out is float32. Raises
    ValueError for another number of ranges than targets, and for a range that is none.
    """

    middle: Tensor
    reach: Tensor

    def __init__(
        self, head: Head, ranges: Sequence[Range] | None = None, precision: str = "single"
    ) -> None:
        super().__init__()
        self.head, self._half = head, precision == "bfloat16"
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

    @property
    def device(self) -> torch.device:
        """Where it is."""
        return self.middle.device

    def fit(self, clips: Iterable[Clip]) -> None:
        """Set the scale of every feature from the valid rows of the training clips, read once.

        Raises ValueError for a modality without a valid row in them.
        """
        clips = list(clips)
        found = {m: Moments(width) for m, width in self.head.widths.items()}
        for clip in clips:
            for start in range(0, len(clip), BLOCK):
                tokens, masks = clip.rows(start, min(start + BLOCK, len(clip)), found)
                for m, moments in found.items():
                    moments.add(tokens[m][masks[m]])
        for m, moments in found.items():
            if not moments.count:
                raise ValueError(
                    f"{m} has no valid row in {len(clips)} training clips; take it out of the "
                    f"modalities of every run, and runs of it alone out of the heads"
                )
            self.scale[m].set(moments)  # pyright: ignore[reportCallIssue]  # it forgets types

    def forward(self, tokens: Mapping[str, Tensor], masks: Mapping[str, Tensor]) -> Tensor:
        """Predictions: tokens {modality: (B, T, D)}, masks {modality: (B, T)} -> (B, T, Y)."""
        return self.decoded(self.encoded(tokens, masks))

    def explain(
        self, tokens: Mapping[str, Tensor], masks: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        """The gate weights behind a prediction; see Head.explain."""
        return self.gates(self.encoded(tokens, masks))

    def encoded(
        self, tokens: Mapping[str, Tensor], masks: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        """What is fused: {modality: (B, T, C)}, see Head.encoded."""
        read = [m for m in self.scale if m in tokens]
        streams = self.head.masked(self._scaled(tokens, read), masks)
        with self._precision():
            return self.head.encoded(streams)

    def other(
        self,
        encoded: Mapping[str, Tensor],
        modality: str,
        tokens: Mapping[str, Tensor],
        masks: Mapping[str, Tensor],
    ) -> dict[str, Tensor]:
        """What is fused where one modality has other rows: `encoded` has the rest, if the head
        encodes each by itself; tokens and masks are of all of them.
        """
        if not self.head.apart:
            return self.encoded(tokens, masks)
        own = self.head.masked(self._scaled(tokens, [modality]), masks, only=modality)
        with self._precision():
            return {**encoded, **self.head.encoded(own)}

    def decoded(self, encoded: dict[str, Tensor]) -> Tensor:
        """Predictions of what is fused, in targets' ranges: {modality: (B, T, C)} -> (B, T, Y)."""
        with self._precision():
            out = self.head.fuse(encoded)
        return self.middle + self.reach * out.float()

    def gates(self, encoded: dict[str, Tensor]) -> dict[str, Tensor]:
        """Gate weights of what is fused: {modality: (B, T, C)} -> {modality: (B, T, N)}."""
        with self._precision():
            return {m: weights.float() for m, weights in self.head.gates(encoded).items()}

    def _scaled(self, tokens: Mapping[str, Tensor], read: Iterable[str]) -> dict[str, Tensor]:
        return {m: self.scale[m](tokens[m]) for m in read}

    def _precision(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self._half)
