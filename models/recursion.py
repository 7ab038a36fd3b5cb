"""Recursion: DCN blocks of joint cross-attention, each applied to the output of the last."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from models.dcn import DCN


class Recursion(nn.ModuleList):
    """L recursions of joint cross-attention, the outputs of all of which are returned.

        X^l = DCN_l(X^(l-1)),  l = 1..L

    Each recursion has its own weights, as in the authors' code; `tied` shares them, as the
    papers write it. The authors call block l `coattn.dcn_layers[l]`.

    Raises ValueError for recursions other than 1 to 4, the published range.
    """

    def __init__(
        self,
        widths: Mapping[str, int],
        steps: int,
        recursions: int,
        tied: bool = False,
        dropout: float = 0.6,
        project_joint: bool = True,
    ) -> None:
        if not 1 <= recursions <= 4:
            raise ValueError(f"recursions must be 1 to 4, got {recursions}")
        blocks = 1 if tied else recursions
        super().__init__(DCN(widths, steps, dropout, project_joint) for _ in range(blocks))
        self.recursions = recursions

    def forward(self, streams: Mapping[str, Tensor]) -> dict[str, list[Tensor]]:
        """{modality: X^0 (B, T, C)} -> {modality: X^0, ..., X^L, each (B, T, C)}."""
        current = dict(streams)
        outputs = {m: [x] for m, x in current.items()}
        for level in range(self.recursions):
            current = self[level % len(self)](current)
            for m, x in current.items():
                outputs[m].append(x)
        return outputs
