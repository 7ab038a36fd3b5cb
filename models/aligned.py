"""AlignedClip: a clip in memory, its features and labels on a common time grid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.clip import Rows
from models.shapes import expect


@dataclass(frozen=True, eq=False, slots=True)
class AlignedClip:
    """A models.clip.Clip: the features of each modality and the labels, on a time grid of T steps.

    tokens      {modality: float (T, D)}   any value, NaN included, where the mask is False
    masks       {modality: bool (T,)}      True where the modality has a row
    labels      float (T, Y)               any value, NaN included, where the mask is False
    label_mask  bool (T, Y)                True where the annotators gave a target's value

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
        finite = self.labels.isfinite()
        _check("labels", finite, self.label_mask, "values", "T Y", sizes)
        for m, x in self.tokens.items():
            found = expect(f"tokens[{m!r}]", x, "T D", T=sizes["T"])
            _check(f"tokens[{m!r}]", x.isfinite().all(dim=1), self.masks[m], "rows", "T", found)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def widths(self) -> dict[str, int]:
        """{modality: D}."""
        return {m: x.shape[1] for m, x in self.tokens.items()}

    def rows(self, start: int, stop: int, modalities: Iterable[str]) -> Rows:
        """The steps `start` to `stop` of some modalities."""
        names = list(modalities)
        part = slice(start, stop)
        return Rows(
            {m: self.tokens[m][part] for m in names}, {m: self.masks[m][part] for m in names}
        )

    def mask(self, modality: str) -> Tensor:
        """Where a modality has a row: (T,) bool."""
        return self.masks[modality]

    def truth(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Labels (R, Y) and their mask (R, Y) of the steps `start` to `stop`."""
        return self.labels[start:stop], self.label_mask[start:stop]


def _check(
    name: str, finite: Tensor, mask: Tensor, what: str, axes: str, sizes: dict[str, int]
) -> None:
    expect(f"the mask of {name}", mask, axes, **sizes)
    if mask.dtype != torch.bool:
        raise TypeError(f"the mask of {name} must be bool, got {mask.dtype}")
    if bad := int((mask & ~finite).sum()):
        raise ValueError(f"{name} has {bad} {what} that its mask calls valid but are not finite")
