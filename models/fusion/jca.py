"""JCA: joint cross-attention, by the equations of the paper."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models.head import Head
from models.regressors import DropoutRegressor


class JCA(Head):
    """Joint cross-attention: cross-correlation of each modality with all of them joined.

        X_m = tokens_m W_e_m + b                              (B, T, C)
        J   = [X_1, ..., X_M]                                 (B, T, J)
        C_m = tanh(X_m' W_j_m J / sqrt J)   mixes time        (B, C, J)
        H_m = ReLU(C_m W_c_m + X_m' W_m)                      (B, C, K)
        X̂_m = (H_m W_h_m)' + X_m                              (B, T, C)
        y   = regressor([X̂_1, ..., X̂_M])

    In the authors' code (cam.py) W_e is encoder1 for audio and encoder2 for visual; of audio, W_j
    is affine_a, W_c is W_ca, W is W_a and W_h is W_ha, and of visual the same with v. Their last
    version gives the regressor the raw visual features in place of the attended audio; here, as in
    the paper, it gets both attended streams. More than two modalities are ours.

    Source: Praveen et al., joint cross-attention for audio-visual fusion, CVPRW 2022: C 128, K 32.
    """

    fewest = 2
    published = ("visual", "audio")

    def __init__(
        self,
        widths: Mapping[str, int],
        steps: int,
        targets: int,
        width: int = 128,
        hidden: int = 32,
        dropout: float = 0.6,
    ) -> None:
        super().__init__(widths, steps, targets)
        joint = width * len(widths)
        self.scale = 1 / math.sqrt(joint)
        self.W_e = nn.ModuleDict({m: nn.Linear(d, width) for m, d in widths.items()})
        bound = 1 / math.sqrt(steps)  # as torch initialises a Linear
        self.W_j = nn.ParameterDict(
            {m: nn.init.uniform_(torch.empty(steps, steps), -bound, bound) for m in widths}
        )
        self.W_c = self._each(joint, hidden)
        self.W = self._each(steps, hidden)
        self.W_h = self._each(hidden, steps)
        self.regress = DropoutRegressor(joint, targets, dropout=dropout, relu=False)

    def _each(self, inside: int, outside: int) -> nn.ModuleDict:
        return nn.ModuleDict({m: nn.Linear(inside, outside, bias=False) for m in self.widths})

    def encoded(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}."""
        return {m: self.W_e[m](x) for m, x in streams.items()}

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        """{modality: (B, T, C)} -> (B, T, Y)."""
        joint = torch.cat(list(streams.values()), dim=-1)  # (B, T, J)
        attended = [self._attended(m, x, joint * self.scale) for m, x in streams.items()]
        return self.regress(torch.cat(attended, dim=-1))  # (B, T, Y)

    def _attended(self, modality: str, x: Tensor, joint: Tensor) -> Tensor:
        """The attended stream of one modality: x (B, T, C), joint (B, T, J) -> (B, T, C)."""
        by_feature = x.transpose(1, 2)  # (B, C, T)
        related = torch.tanh(by_feature @ self.W_j[modality] @ joint)  # (B, C, J)
        hidden = torch.relu(self.W_c[modality](related) + self.W[modality](by_feature))  # (B, C, K)
        return self.W_h[modality](hidden).transpose(1, 2) + x  # (B, T, C)
