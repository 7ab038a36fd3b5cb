"""RJCA: recursive joint cross-attention between residual LSTMs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from models.clip_encoders import ClipEncoders
from models.head import Head
from models.initial import xavier_
from models.lstm import ResidualLSTM
from models.recursion import Recursion
from models.regressors import DropoutRegressor


class RJCA(Head):
    """Recursive joint cross-attention, with residual LSTMs (RL) before and after it.

        X_m^0 = RL_m(L2(tokens_m))       the map's after spatial attention where `spatial`
        X^l   = DCN_l(X^(l-1)),  l = 1..L
        y     = regressor(RL([X_1^L, ..., X_M^L]))

    `spatial` names two modalities, the first a 7x7 map and the second its guide; true means
    [visual, audio]. Its `layout` is explained in models/spatial.py. In the authors' code
    (orig_cam.py) RL_m are audio_extract and video_extract, the DCNs coattn.dcn_layers and the last
    RL is Joint. More than two modalities are ours.

    Source: Praveen et al., ICASSP 2023; RL 512 wide. Their last code has L = 1, their papers and
    their code for speakers L = 2 and 3.
    """

    fewest = 2
    published = ("visual", "audio")

    def __init__(
        self,
        widths: Mapping[str, int],
        steps: int,
        targets: int,
        width: int = 512,
        recursions: int = 2,
        tied: bool = False,
        dropout: float = 0.6,
        spatial: bool | Sequence[str] = False,
        layout: str = "published",
    ) -> None:
        super().__init__(widths, steps, targets)
        self.encode = ClipEncoders(widths, width, spatial, layout)
        self.recurse = Recursion(self.encode.widths, steps, recursions, tied, dropout)
        self.join = ResidualLSTM(width * len(widths), width, dropout=0.0)
        self.regress = DropoutRegressor(width, targets)
        xavier_(self)

    @property
    def apart(self) -> bool:
        """Whether each modality is encoded by itself; not so under spatial attention."""
        return self.encode.apart

    def encoded(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}."""
        return self.encode(streams)

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        """{modality: (B, T, C)} -> (B, T, Y)."""
        recursed = self.recurse(streams)
        joint = torch.cat([each[-1] for each in recursed.values()], dim=-1)  # (B, T, J)
        return self.regress(self.join(joint))  # (B, T, Y)
