"""JCA-DCN: joint cross-attention as one DCN block, as in the code of JCA's second paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from models.clip_encoders import ClipEncoders
from models.dcn import DCN
from models.head import Head
from models.initial import xavier_
from models.lstm import ResidualLSTM
from models.regressors import DropoutRegressor


class JCADCN(Head):
    """One DCN block of joint cross-attention, then a residual LSTM (RL) over the joined streams.

        X_m = L2(tokens_m)         the map's through spatial attention where `spatial`
        X   = DCN(X)
        y   = regressor(RL([X_1, ..., X_M]))

    `spatial` names two modalities, the first a 7x7 map and the second its guide; true means
    [visual, audio]. Its `layout` is explained in models/spatial.py. In the authors' code
    (orig_cam.py) the DCN is coattn.dcn_layers[0] and RL is Joint. More than two modalities are
    ours.

    Source: Praveen et al., T-BIOM 2023; RL 512 wide.
    """

    fewest = 2
    published = ("visual", "audio")

    def __init__(
        self,
        widths: Mapping[str, int],
        steps: int,
        targets: int,
        width: int = 512,
        dropout: float = 0.6,
        spatial: bool | Sequence[str] = False,
        layout: str = "published",
    ) -> None:
        super().__init__(widths, steps, targets)
        self.encode = ClipEncoders(widths, None, spatial, layout)
        inner = self.encode.widths
        self.attend = DCN(inner, steps, dropout)
        self.join = ResidualLSTM(sum(inner.values()), width, dropout=0.0)
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
        fused = self.attend(streams)
        joint = torch.cat(list(fused.values()), dim=-1)  # (B, T, J)
        return self.regress(self.join(joint))  # (B, T, Y)
