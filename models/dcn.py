"""DCN block: one recursion of joint cross-attention (dense co-attention)."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models.dropout import Dropout


class DCN(nn.Module):
    """One recursion of joint cross-attention over two or more modalities.

        J   = [X_1, ..., X_M]                                 (B, T, J)
        Q   = J W_q                                           (B, T, J)
        K_m = X_m' W_k_m        mixes time, not features      (B, C, T)
        V_m = X_m W_v_m                                       (B, T, C)
        S_m = Drop(tanh(K_m Q / sqrt J))                      (B, C, J)
        H_m = ReLU(tanh(V_m S_m))                             (B, T, J)
        X_m <- X_m + Drop(ReLU(H_m W_o_m))                    (B, T, C)

    S relates features to features: it is not attention over time, and has no softmax. All
    modalities are updated at once, from the streams that came in. W_k_m is (T, T): a block built
    for T steps reads windows of T steps and no others.

    Source: the recursion of RJCA (Praveen et al., ICASSP 2023) as its authors' code has it, after
    Duan et al., WACV 2021. RJCMA (Praveen & Alam, CVPRW 2024) leaves out the projection W_q in
    its code: `project_joint=False`.
    """

    def __init__(
        self,
        widths: Mapping[str, int],
        steps: int,
        dropout: float = 0.6,
        project_joint: bool = True,
    ) -> None:
        super().__init__()
        if len(widths) < 2:
            raise ValueError(f"joint attention needs two modalities or more, got {list(widths)}")
        joint = sum(widths.values())
        self.modalities, self.scale = tuple(widths), 1 / math.sqrt(joint)
        self.W_q = nn.Linear(joint, joint) if project_joint else nn.Identity()
        self.W_k = nn.ModuleDict({m: nn.Linear(steps, steps) for m in widths})
        self.W_v = nn.ModuleDict({m: nn.Linear(c, c) for m, c in widths.items()})
        self.W_o = nn.ModuleDict({m: nn.Linear(joint, c) for m, c in widths.items()})
        self.drop = Dropout(dropout)

    def forward(self, streams: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """{modality: (B, T, C)} -> {modality: (B, T, C)}, each with its own C."""
        joint = torch.cat([streams[m] for m in self.modalities], dim=-1)  # (B, T, J)
        query = self.W_q(joint) * self.scale
        return {m: streams[m] + self._attended(m, streams[m], query) for m in self.modalities}

    def _attended(self, modality: str, x: Tensor, query: Tensor) -> Tensor:
        """The update of one modality: x (B, T, C), joint query (B, T, J) -> (B, T, C)."""
        key = self.W_k[modality](x.transpose(1, 2))  # (B, C, T)
        # tanh(0) = 0, so dropout may come before tanh and in place on the scores, the largest
        # tensor here; the scaling of what it keeps is applied to the values, a smaller one
        scores = self.drop.drop_(key @ query).tanh_()  # (B, C, J)
        value = self.W_v[modality](x) * self.drop.scale  # (B, T, C)
        hidden = torch.relu(torch.tanh(value @ scores))  # (B, T, J)
        return self.drop(torch.relu(self.W_o[modality](hidden)))  # (B, T, C)
