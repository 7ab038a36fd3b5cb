"""Cross-attention between every two modalities, without a joint stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import combinations

import torch
from torch import Tensor, nn

from models.head import Head
from models.nearest import unknown
from models.project import Project
from models.regressors import TanhRegressor

FUSIONS = ("sum", "concat")


class CrossAttention(Head):
    """Vanilla cross-attention over time between every two of the modalities.

        X_m   = L2(tokens_m)                                    (B, T, C)
        Z_mn  = X_m W_mn X_n'                                   (B, T, T)
        X̂_m  += softmax over the steps of m of Z_mn, applied to X_m;   X̂_n likewise
        y     = regressor(sum of all X̂_m)                       fusion="sum", the authors' code
        y     = regressor([tanh(X_m + X̂_m) for each m])         fusion="concat", the paper's

    The published head takes the largest value over time before the regressor and gives one value
    per sequence; here every step is regressed. Modalities of another width than `width` are
    projected to it first. The authors call W_mn corr_weights; its rows are audio, its columns
    visual. More than two modalities are ours.

    Source: Praveen et al., cross-attentional audio-visual fusion, FG 2021.
    """

    fewest = 2
    published = ("visual", "audio")

    def __init__(
        self,
        widths: Mapping[str, int],
        steps: int,
        targets: int,
        width: int = 1024,
        hidden: Sequence[int] = (512, 256),
        dropout: float = 0.5,
        fusion: str = "sum",
    ) -> None:
        super().__init__(widths, steps, targets)
        if fusion not in FUSIONS:
            raise ValueError(unknown("fusion of cross_attention", fusion, FUSIONS))
        self.fusion = fusion
        self.project = Project(widths, width)
        self.W = nn.ModuleDict({m: nn.Module() for m in list(widths)[:-1]})
        for m, n in combinations(widths, 2):  # two levels: names joined to one could be the same
            weight = nn.Parameter(nn.init.xavier_normal_(torch.empty(width, width)))
            self.W[m].register_parameter(n, weight)
        joint = width if fusion == "sum" else width * len(widths)
        self.regress = TanhRegressor(joint, targets, hidden, dropout)

    def encoded(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, D)} -> {modality: (B, T, C)}."""
        return self.project(streams)

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        """{modality: (B, T, C)} -> (B, T, Y)."""
        attended = self._attended(streams)
        if self.fusion == "sum":
            return self.regress(reduce(torch.add, attended.values()))  # (B, T, Y)
        both = [torch.tanh(x + attended[m]) for m, x in streams.items()]
        return self.regress(torch.cat(both, dim=-1))  # (B, T, Y)

    def _attended(self, own: dict[str, Tensor]) -> dict[str, Tensor]:
        """Attended streams, summed over pairs: {modality: (B, T, C)} -> {modality: (B, T, C)}."""
        attended: dict[str, list[Tensor]] = {m: [] for m in own}
        for m, n in combinations(own, 2):
            weight = self.get_parameter(f"W.{m}.{n}")
            scores = own[m] @ weight @ own[n].transpose(1, 2)  # (B, T, T)
            attended[m].append(torch.softmax(scores, dim=1).transpose(1, 2) @ own[m])  # (B, T, C)
            attended[n].append(torch.softmax(scores, dim=2) @ own[n])  # (B, T, C)
        return {m: reduce(torch.add, parts) for m, parts in attended.items()}
