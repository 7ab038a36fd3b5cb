"""Encoders of the clip-based heads: what is done to each modality before cross-attention."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from models.lstm import ResidualLSTM
from models.spatial import SpatialAttention
from models.unit import unit


class ClipEncoders(nn.Module):
    """L2 normalisation and a residual LSTM (RL) per modality; spatial attention where `spatial`.

        X_m      = RL_m(L2(tokens_m))
        X_visual = RL_visual(attend(L2(tokens_visual), X_audio))    where `spatial`

    Without a `width` there is no RL. The authors call the RLs audio_extract and video_extract and
    the spatial attention video_attn.attn.

    Raises ValueError where `spatial` lacks what it needs.
    Source: RJCA (Praveen et al., ICASSP 2023); without RL, JCA (Praveen et al., T-BIOM 2023).
    """

    def __init__(
        self, widths: Mapping[str, int], width: int | None, spatial: bool, layout: str
    ) -> None:
        super().__init__()
        if spatial and not {"visual", "audio"} <= set(widths):
            raise ValueError(f"spatial attention needs visual and audio, got {list(widths)}")
        encoded = dict(widths)
        self.attend = None
        if spatial:
            guide = widths["audio"] if width is None else width
            self.attend = SpatialAttention(widths["visual"], guide, layout)
            encoded["visual"] = self.attend.width
        self.widths, self.recur = encoded, None
        if width is not None:
            each = {m: ResidualLSTM(d, width, dropout=0.1) for m, d in encoded.items()}
            self.widths, self.recur = dict.fromkeys(encoded, width), nn.ModuleDict(each)

    def forward(self, streams: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}, each with its own C."""
        normalised = {m: unit(streams[m]) for m in self.widths}
        if self.attend is None:
            return {m: self._recurred(m, x) for m, x in normalised.items()}
        visual = normalised.pop("visual")
        encoded = {m: self._recurred(m, x) for m, x in normalised.items()}
        encoded["visual"] = self._recurred("visual", self.attend(visual, encoded["audio"]))
        return {m: encoded[m] for m in self.widths}  # in the order of `widths` again

    def _recurred(self, modality: str, x: Tensor) -> Tensor:
        return x if self.recur is None else self.recur[modality](x)
