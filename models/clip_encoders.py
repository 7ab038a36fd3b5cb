"""What the clip-based heads make of each modality before they relate it to the others."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from models.lstm import ResidualLSTM
from models.spatial import SpatialAttention
from models.unit import unit


class ClipEncoders(nn.Module):
    """Unit length and a residual LSTM per modality; the face looked at as the voice suggests.

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
        inside = dict(widths)
        self.attend = None
        if spatial:
            guide = widths["audio"] if width is None else width
            self.attend = SpatialAttention(widths["visual"], guide, layout)
            inside["visual"] = self.attend.width
        self.widths, self.recur = inside, None
        if width is not None:
            each = {m: ResidualLSTM(d, width, dropout=0.1) for m, d in inside.items()}
            self.widths, self.recur = dict.fromkeys(inside, width), nn.ModuleDict(each)

    def forward(self, streams: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}, each with its own C."""
        now = {m: unit(streams[m]) for m in self.widths}
        if self.attend is None:
            return {m: self._heard(m, x) for m, x in now.items()}
        face = now.pop("visual")
        heard = {m: self._heard(m, x) for m, x in now.items()}
        heard["visual"] = self._heard("visual", self.attend(face, heard["audio"]))
        return {m: heard[m] for m in self.widths}  # in the order of `widths` again

    def _heard(self, modality: str, x: Tensor) -> Tensor:
        return x if self.recur is None else self.recur[modality](x)
