"""Encoders of the clip-based heads: what is done to each modality before cross-attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from models.lstm import ResidualLSTM
from models.spatial import SpatialAttention
from models.unit import unit


class ClipEncoders(nn.Module):
    """L2 normalisation and a residual LSTM (RL) per modality; spatial attention where `spatial`.

        X_m = RL_m(L2(tokens_m))
        X_v = RL_v(attend(L2(tokens_v), X_a))    v and a: map stream and guide stream of `spatial`

    `spatial` is False, a pair of modalities [map, guide], or True for ["visual", "audio"]. Without
    a `width` there is no RL. The authors call the RLs audio_extract and video_extract and the
    spatial attention video_attn.attn.

    Raises ValueError where `spatial` names a modality that is not there, or no pair.
    Source: RJCA (Praveen et al., ICASSP 2023); without RL, JCA (Praveen et al., T-BIOM 2023).
    """

    def __init__(
        self,
        widths: Mapping[str, int],
        width: int | None,
        spatial: bool | Sequence[str],
        layout: str,
    ) -> None:
        super().__init__()
        encoded = dict(widths)
        self.attend = None
        if spatial is not False:
            self.map, self.guide = _pair(spatial, widths)
            guide = widths[self.guide] if width is None else width
            self.attend = SpatialAttention(widths[self.map], guide, layout)
            encoded[self.map] = self.attend.width
        self.widths, self.recur = encoded, None
        if width is not None:
            each = {m: ResidualLSTM(d, width, dropout=0.1) for m, d in encoded.items()}
            self.widths, self.recur = dict.fromkeys(encoded, width), nn.ModuleDict(each)

    @property
    def apart(self) -> bool:
        """Whether each modality is encoded by itself."""
        return self.attend is None

    def forward(self, streams: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}, each with its own C; of those given,
        where they are encoded apart.
        """
        normalised = {m: unit(streams[m]) for m in self.widths if m in streams}
        if self.attend is None:
            return {m: self._recurred(m, x) for m, x in normalised.items()}
        positions = normalised.pop(self.map)
        encoded = {m: self._recurred(m, x) for m, x in normalised.items()}
        attended = self.attend(positions, encoded[self.guide])
        encoded[self.map] = self._recurred(self.map, attended)
        return {m: encoded[m] for m in self.widths}  # in the order of `widths` again

    def _recurred(self, modality: str, x: Tensor) -> Tensor:
        return x if self.recur is None else self.recur[modality](x)


def _pair(spatial: bool | Sequence[str], widths: Mapping[str, int]) -> tuple[str, str]:
    """The modalities that `spatial` names: that of the map, and that of the guide."""
    pair = ("visual", "audio") if spatial is True else spatial
    if isinstance(pair, (bool, str)) or len(pair) != 2 or pair[0] == pair[1]:
        raise ValueError(
            f"spatial must be true, false, or two modalities, that of the map and that of its "
            f"guide; got {spatial!r}"
        )
    if missing := [m for m in pair if m not in widths]:
        meant = "spatial: true means [visual, audio]; " if spatial is True else ""
        raise ValueError(
            f"spatial attention needs {' and '.join(pair)}, got {list(widths)}; it lacks "
            f"{' and '.join(missing)}. {meant}name the pair, as in spatial: [face, voice]"
        )
    first, second = pair
    return first, second
