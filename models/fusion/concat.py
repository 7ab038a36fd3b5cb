"""Concatenation baseline: encoded modalities side by side, without attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from models.head import Head
from models.regressors import BatchNormRegressor
from models.tcn import TCNEncoders


class Concat(Head):
    """Concatenation baseline: GRJCA's encoders and regressor, without its attention and gates.

    X_m = L2(TCN_m(tokens_m))
    y   = regressor([X_1, ..., X_M])
    """

    fewest = 2

    def __init__(
        self,
        widths: Mapping[str, int],
        steps: int,
        targets: int,
        channels: Mapping[str, Sequence[int]] | None = None,
        kernel: int = 5,
        encoder_dropout: float = 0.1,
    ) -> None:
        super().__init__(widths, steps, targets)
        self.encode = TCNEncoders(widths, channels, kernel, encoder_dropout, unit=True)
        self.regress = BatchNormRegressor(sum(self.encode.widths.values()), targets)

    def encoded(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}."""
        return self.encode(streams)

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        """{modality: (B, T, C)} -> (B, T, Y)."""
        joint = torch.cat(list(streams.values()), dim=-1)  # (B, T, J)
        return self.regress(joint)  # (B, T, Y)
