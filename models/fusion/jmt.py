"""JMT: joint multimodal transformer, cross-attention among the modalities and a joint stream."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import torch
from torch import Tensor, nn

from models.attention import Attention
from models.head import Head
from models.nearest import unknown
from models.project import Project
from models.regressors import DropoutRegressor
from models.transformer import Encoder

FUSIONS = ("self_attention", "fc")
JOINT = "joint"


class JMT(Head):
    """Transformers over time: cross-attention from every stream to every other, joint included.

        f_m  = L2(tokens_m), f_joint = [f_1, ..., f_M] W_joint        (B, T, C)
        e_s  = Encoder_s(f_s)                       for each stream s
        h_qs = Attention_q(e_q, e_s)                for each pair: query q, source s
        y    = regressor(last row of Attention_f(Encoder_f(all h_qs, one row each)))
        y    = regressor([all h_qs] W_f)            where `fusion` is "fc"

    Without `joint` this is the vanilla variant. `fusion` is self-attention with the joint and fc
    without it, unless it is named. Modalities of another width than `width` are projected to it
    first. Attention is over time: the published code mixes up the axes of batch and time in the
    vanilla variant and of the labels in fc, which is not reproduced here.

    In the authors' code visual is v, audio p and the joint pv: Encoder_s are visual_encoder,
    physiological_encoder and joint_representation_encoder, Attention_q cross_attention_*, W_joint
    out_layer_pv, Encoder_f final_visual_encoder, Attention_f final_self_attention, W_f out_layer1
    (vanilla: final_layer). More than two modalities are ours.

    Source: Waligora et al., CVPRW 2024; C 512.
    """

    fewest = 2
    published = ("visual", "audio")

    def __init__(
        self,
        widths: Mapping[str, int],
        steps: int,
        targets: int,
        width: int = 512,
        joint: bool = True,
        fusion: str | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(widths, steps, targets)
        self.fusion = fusion or ("self_attention" if joint else "fc")
        if self.fusion not in FUSIONS:
            raise ValueError(unknown("fusion of jmt", self.fusion, FUSIONS))
        streams = [*widths, JOINT] if joint else list(widths)
        if len(set(streams)) < len(streams):
            raise ValueError(f"no modality of jmt can be called {JOINT!r}, got {list(widths)}")
        self.pairs = _pairs(list(widths), joint)
        self.project = Project(widths, width)
        self.W_joint = nn.Linear(width * len(widths), width) if joint else None
        self.encode = nn.ModuleDict({s: Encoder(width) for s in streams})
        self.attend = nn.ModuleDict({s: Attention(width) for s in streams})
        fused = 2 * width if joint and self.fusion == "fc" else width
        if self.fusion == "fc":
            self.W_f = nn.Linear(width * len(self.pairs), fused)
        else:
            self.encode_f, self.attend_f = Encoder(width), Attention(width)
        self.regress = DropoutRegressor(fused, targets, dropout=dropout)

    def encoded(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}."""
        return self.project(streams)

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        """{modality: (B, T, C)} -> (B, T, Y)."""
        own = dict(streams)
        if self.W_joint is not None:
            own[JOINT] = self.W_joint(torch.cat(list(own.values()), dim=-1))  # (B, T, C)
        attended = self._attended({s: self.encode[s](x) for s, x in own.items()})
        if self.fusion == "fc":
            return self.regress(self.W_f(torch.cat(attended, dim=-1)))  # (B, T, Y)
        rows = self.encode_f(torch.stack(attended, dim=2))  # (B, T, pairs, C)
        return self.regress(self.attend_f(rows[:, :, -1:], rows).squeeze(2))  # (B, T, Y)

    def _attended(self, encoded: dict[str, Tensor]) -> list[Tensor]:
        """Cross-attention of each pair, in their order: {stream: (B, T, C)} -> [(B, T, C), ...]."""
        attended = {}
        for query in encoded:
            others = [s for s in encoded if s != query]
            sources = torch.stack([encoded[s] for s in others])  # (others, B, T, C)
            outputs = self.attend[query](encoded[query], sources)  # (others, B, T, C)
            attended |= {(query, s): x for s, x in zip(others, outputs, strict=True)}
        return [attended[pair] for pair in self.pairs]


def _pairs(modalities: list[str], joint: bool) -> list[tuple[str, str]]:
    """All pairs (query, source), in the order of the published six for visual and audio."""
    between = [pair for m, n in combinations(modalities, 2) for pair in ((m, n), (n, m))]
    return between + [p for m in modalities if joint for p in ((JOINT, m), (m, JOINT))]
