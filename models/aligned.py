"""AlignedClip: one clip's features and labels on a common time grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.shapes import expect


@dataclass(frozen=True, eq=False, slots=True)
class AlignedClip:
    """One clip: the features of each modality and the labels, on one time grid of T steps.

    tokens      {modality: float (T, D)}   any value, NaN included, where the mask is False
    masks       {modality: bool (T,)}      True where the modality has a row
    labels      float (T, Y)               any value, NaN included, where the mask is False
    label_mask  bool (T,)                  True where the annotators gave a value

    Raises ShapeError, TypeError or ValueError where that does not hold; T may be 0.
    """

    tokens: Mapping[str, Tensor]
    masks: Mapping[str, Tensor]
    labels: Tensor
    label_mask: Tensor

    def __post_init__(self) -> None:
        if self.tokens.keys() != self.masks.keys():
            raise ValueError(f"tokens of {list(self.tokens)} but masks of {list(self.masks)}")
        sizes = expect("labels", self.labels, "T Y")
        _check("labels", self.labels, "Y", self.label_mask, sizes)
        for m, x in self.tokens.items():
            _check(f"tokens[{m!r}]", x, "D", self.masks[m], {"T": sizes["T"]})

    def __len__(self) -> int:
        return len(self.labels)


def _check(name: str, x: Tensor, width: str, mask: Tensor, sizes: dict[str, int]) -> None:
    found = expect(name, x, f"T {width}", **sizes)
    expect(f"the mask of {name}", mask, "T", **found)
    if mask.dtype != torch.bool:
        raise TypeError(f"the mask of {name} must be bool, got {mask.dtype}")
    if bad := int((mask & ~x.isfinite().all(dim=1)).sum()):
        raise ValueError(f"{name} has {bad} rows that its mask calls valid but are not finite")
