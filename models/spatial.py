"""Audio-guided spatial attention over a visual feature map."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.nearest import unknown

POSITIONS = 49  # of the 7x7 map that the authors' visual network ends with
LAYOUTS = ("published", "corrected")


class SpatialAttention(nn.Module):
    """Audio-guided attention over the positions of a visual feature map.

        R    = the map, one row per position                     (B, T, 49, C)
        U    = ReLU(R W_p)                                       (B, T, 49, C)
        g    = ReLU(a W_s) W_g       a: the audio stream         (B, T, 49)
        E    = U W_V + g             g added to each column      (B, T, 49, 49)
        y    = (softmax(tanh(E) w_h)' R) W_f                     (B, T, C)

    A map of C channels is given as one row of C x 49 values, channel by channel. The authors read
    it as 49 x C, so that each of their positions mixes channels and all positions:
    layout="published". layout="corrected" gives each position its own values.

    In the authors' code W_p is affine_video, W_s affine_audio, W_V affine_v, W_g affine_g,
    w_h affine_h and W_f affine_feat. Raises ValueError for a width that is not such a map.
    Source: the authors' code of JCA (Praveen et al., T-BIOM 2023), after Duan et al., WACV 2021.
    """

    def __init__(self, visual: int, audio: int, layout: str = "published") -> None:
        super().__init__()
        if visual % POSITIONS:
            raise ValueError(
                f"spatial attention reads C x {POSITIONS} visual features, got {visual}; "
                "choose an extractor that keeps the map, or spatial=False"
            )
        if layout not in LAYOUTS:
            raise ValueError(unknown("layout", layout, LAYOUTS))
        self.width, self.layout = visual // POSITIONS, layout
        self.W_p = nn.Linear(self.width, self.width)
        self.W_s = nn.Linear(audio, self.width)
        self.W_V = nn.Linear(self.width, POSITIONS, bias=False)
        self.W_g = nn.Linear(self.width, POSITIONS, bias=False)
        self.w_h = nn.Linear(POSITIONS, 1, bias=False)
        self.W_f = nn.Linear(self.width, self.width)

    def forward(self, visual: Tensor, audio: Tensor) -> Tensor:
        """Visual (B, T, 49 C) and audio (B, T, D) -> (B, T, C)."""
        positions = self._positions(visual.flatten(0, 1))  # (B T, 49, C)
        guide = self.W_g(torch.relu(self.W_s(audio.flatten(0, 1))))[..., None]  # (B T, 49, 1)
        each = self.W_V(self.W_p(positions.flatten(0, 1)).relu_())  # (B T 49, 49)
        evidence = torch.tanh(each.unflatten(0, (-1, POSITIONS)) + guide)  # (B T, 49, 49)
        weights = torch.softmax(self.w_h(evidence), dim=1)  # (B T, 49, 1)
        attended = (weights.transpose(1, 2) @ positions).squeeze(1)  # (B T, C)
        return self.W_f(attended).unflatten(0, visual.shape[:2])  # (B, T, C)

    def _positions(self, visual: Tensor) -> Tensor:
        """(B T, 49 C) -> (B T, 49, C)."""
        if self.layout == "published":
            return visual.unflatten(-1, (POSITIONS, self.width))
        return visual.unflatten(-1, (self.width, POSITIONS)).transpose(-1, -2)
