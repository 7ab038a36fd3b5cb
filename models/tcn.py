"""Temporal convolutional network (TCN): causal dilated convolutions over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

from models.dropout import Dropout
from models.unit import unit

# The widths in the authors' GRJCA configuration, for the three kinds of modalities it names.
PUBLISHED_CHANNELS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "visual": (512, 512, 256, 256),
        "audio": (128, 128, 128, 128),
        "text": (256, 256, 128, 128),
    }
)


def published(kinds: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    """{modality: its kind} -> {modality: the published widths of its kind}, where there are any."""
    return {m: PUBLISHED_CHANNELS[k] for m, k in kinds.items() if k in PUBLISHED_CHANNELS}


class CausalConv(nn.Module):
    """Causal dilated convolution with weight norm: a step reads itself and steps before it."""

    def __init__(self, width_in: int, width_out: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.padding = (kernel - 1) * dilation
        self.conv = weight_norm(nn.Conv1d(width_in, width_out, kernel, dilation=dilation))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T) -> (B, C', T)."""
        return self.conv(F.pad(x, (self.padding, 0)))


class Level(nn.Module):
    """Residual block of a TCN: two causal convolutions of one dilation and a skip connection."""

    def __init__(self, width_in: int, width_out: int, kernel: int, dilation: int, dropout: float):
        super().__init__()
        self.first = CausalConv(width_in, width_out, kernel, dilation)
        self.second = CausalConv(width_out, width_out, kernel, dilation)
        self.drop = Dropout(dropout)
        self.around = nn.Identity() if width_in == width_out else nn.Conv1d(width_in, width_out, 1)
        if isinstance(self.around, nn.Conv1d):
            # The authors set this in every convolution; weight norm overwrites it in all but this.
            nn.init.xavier_uniform_(self.around.weight, gain=2**0.5)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T) -> (B, C', T)."""
        hidden = self.drop(F.leaky_relu(self.first(x)))  # (B, C', T)
        hidden = self.drop(F.leaky_relu(self.second(hidden)))
        return F.leaky_relu(hidden + self.around(x))


class TCNEncoder(nn.Module):
    """TCN encoder of one modality: levels of doubling dilation, then batch norm.

    With kernel 5 and four levels the receptive field is 121 steps: itself and the 120 before.
    Raises ValueError for no level.
    Source: Bai et al. 2018, as configured by Praveen & Alam in RJCMA (CVPRW 2024) and GRJCA
    (CVPRW 2025).
    """

    def __init__(
        self, width: int, channels: Sequence[int], kernel: int = 5, dropout: float = 0.1
    ) -> None:
        super().__init__()
        if not channels:
            raise ValueError("a TCN needs one width or more in channels, got none")
        sizes = [width, *channels]
        self.width = channels[-1]
        self.levels = nn.Sequential(
            *(Level(sizes[i], sizes[i + 1], kernel, 2**i, dropout) for i in range(len(channels)))
        )
        self.norm = nn.BatchNorm1d(self.width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, D) -> (B, T, C), C the last of `channels`."""
        return self.norm(self.levels(x.transpose(1, 2))).transpose(1, 2)  # (B, T, C)


class TCNEncoders(nn.Module):
    """A TCN encoder per modality.

    Where `channels` is None these are the published ones of modalities called visual, audio, text.
    `unit` L2-normalises each step, as GRJCA does and RJCMA does not.
    Raises ValueError for a modality without widths, with the published ones.
    """

    def __init__(
        self,
        widths: Mapping[str, int],
        channels: Mapping[str, Sequence[int]] | None,
        kernel: int,
        dropout: float,
        unit: bool,
    ) -> None:
        super().__init__()
        chosen = PUBLISHED_CHANNELS if channels is None else channels
        if missing := [m for m in widths if m not in chosen]:
            has = "is not given" if channels is None else f"has {list(channels)}"
            known = ", ".join(f"{k} {list(v)}" for k, v in PUBLISHED_CHANNELS.items())
            raise ValueError(
                f"no TCN widths for {', '.join(missing)}; channels {has}. The published ones to "
                f"choose from are: {known}"
            )
        each = {m: TCNEncoder(width, chosen[m], kernel, dropout) for m, width in widths.items()}
        self.widths = {m: encoder.width for m, encoder in each.items()}
        self.each, self.unit = nn.ModuleDict(each), unit

    def forward(self, streams: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}, each with its own C; of those given."""
        encoded = {m: encode(streams[m]) for m, encode in self.each.items() if m in streams}
        if not self.unit:
            return encoded
        return {m: unit(x) for m, x in encoded.items()}
