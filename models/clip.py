"""Clip: what a head reads of one clip, a stretch of steps at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from torch import Tensor


class Rows(NamedTuple):
    """Consecutive steps of some streams: tokens {modality: (R, D)}, masks {modality: (R,) bool}."""

    tokens: dict[str, Tensor]
    masks: dict[str, Tensor]


class Clip(Protocol):
    """One clip of T steps on a time grid, in memory or on disk.

    widths      {modality: D}
    labels      float (T, Y), any value where the mask is False
    label_mask  bool (T, Y)

    Whoever reads an hour reads windows of it: `rows` and `truth` read no more than they are asked
    for. Their tensors may be views; nobody writes into them.
    """

    @property
    def widths(self) -> Mapping[str, int]: ...
    @property
    def labels(self) -> Tensor: ...
    @property
    def label_mask(self) -> Tensor: ...

    def __len__(self) -> int:
        """T, the number of steps."""
        ...

    def rows(self, start: int, stop: int, modalities: Iterable[str]) -> Rows:
        """The steps `start` to `stop`, both within 0 to T."""
        ...

    def mask(self, modality: str) -> Tensor:
        """Where a modality has a row: (T,) bool, read without the rows."""
        ...

    def truth(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Labels (R, Y) and their mask (R, Y) of the steps `start` to `stop`."""
        ...


Clips = Mapping[str, Clip]
