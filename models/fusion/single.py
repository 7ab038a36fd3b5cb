"""Single-modality baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from models.head import Head
from models.regressors import BatchNormRegressor
from models.tcn import TCNEncoders


class Single(Head):
    """Single-modality baseline: GRJCA's encoder and regressor over one modality.

    y = regressor(L2(TCN(tokens)))
    """

    most = 1

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
        (self.modality,) = widths
        self.regress = BatchNormRegressor(self.encode.widths[self.modality], targets)

    def encoded(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}."""
        return self.encode(streams)

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        """{modality: (B, T, C)} -> (B, T, Y)."""
        return self.regress(streams[self.modality])  # (B, T, Y)
