"""Head: the base class of every fusion head, with its inputs, outputs and masking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from models.shapes import expect

# What torch's containers of modules and parameters call their own.
TAKEN = frozenset({*dir(nn.ModuleDict()), *dir(nn.ParameterDict())})


class Head(nn.Module):
    """A fusion head: one or more modalities on one time grid -> the targets at every step.

    Rows without data enter as zeros, whatever they hold, NaN included. Modalities in the batch
    that are not in `widths` are not read. A subclass sets `fewest` and `most`, how many modalities
    it can fuse, and `published`, those of its paper, and defines `fuse`; one that encodes its
    streams before they meet also defines `encoded`, and one with gates `gates`.

    Raises ValueError for another number of modalities, a size below 1, and a modality under whose
    name torch cannot keep weights.
    """

    fewest: ClassVar[int] = 1
    most: ClassVar[int | None] = None  # any number
    published: ClassVar[tuple[str, ...]] = ()  # a baseline has no paper

    def __init__(self, widths: Mapping[str, int], steps: int, targets: int) -> None:
        super().__init__()
        if not self.fuses(len(widths)):
            raise ValueError(f"{self.limits(type(self).__name__)}, got {list(widths)}")
        for name in widths:
            _check_name(name)
        for name, size in [*widths.items(), ("steps", steps), ("targets", targets)]:
            if size < 1:
                raise ValueError(f"{name} must be 1 or more, got {size}")
        self.widths, self.steps, self.targets = dict(widths), steps, targets

    @classmethod
    def fuses(cls, count: int) -> bool:
        """Whether it can fuse so many modalities."""
        return cls.fewest <= count and (cls.most is None or count <= cls.most)

    @classmethod
    def limits(cls, name: str) -> str:
        """As words: "jca fuses 2 or more modalities (published: visual, audio)"."""
        paper = f" (published: {', '.join(cls.published)})" if cls.published else ""
        if cls.most == 1:
            return f"{name} reads 1 modality{paper}"
        upper = "or more" if cls.most is None else f"to {cls.most}"
        return f"{name} fuses {cls.fewest} {upper} modalities{paper}"

    def forward(self, tokens: Mapping[str, Tensor], masks: Mapping[str, Tensor]) -> Tensor:
        """Predictions: tokens {modality: (B, T, D)}, masks {modality: (B, T) bool} -> (B, T, Y).

        Raises KeyError for a modality that is not there, ShapeError for other axes and TypeError
        for a mask that is not bool.
        """
        return self.fuse(self.encoded(self.masked(tokens, masks)))

    def explain(
        self, tokens: Mapping[str, Tensor], masks: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        """The gate weights behind a prediction: {modality: (B, T, N)}, empty without gates.

        Candidate n is the modality's stream after n recursions, 0 its own encoding, unless the
        head's `gates` says otherwise.
        """
        return self.gates(self.encoded(self.masked(tokens, masks)))

    @property
    def apart(self) -> bool:
        """Whether each modality is encoded by itself, so that one can be encoded alone."""
        return True

    def encoded(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """What each modality is before they are fused: {modality: (B, T, D)}, zero where there is
        no data -> {modality: (B, T, C)}; of those that are given, where the head is `apart`.
        """
        return streams

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        """Predictions of encoded modalities: {modality: (B, T, C)} -> (B, T, Y)."""
        raise NotImplementedError

    def gates(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        """Gate weights of the same: {modality: (B, T, C)} -> {modality: (B, T, N)}."""
        return {}

    def masked(
        self, tokens: Mapping[str, Tensor], masks: Mapping[str, Tensor], only: str | None = None
    ) -> dict[str, Tensor]:
        """The checked tokens, zero where there is no data -> {modality: (B, T, D)}; of all
        modalities, or `only` one.
        """
        read = self.widths if only is None else {only: self.widths[only]}
        if missing := [m for m in read if m not in tokens or m not in masks]:
            raise KeyError(
                f"{type(self).__name__} reads {', '.join(self.widths)}; "
                f"tokens or masks lack {', '.join(missing)}"
            )
        sizes = {"T": self.steps}
        streams = {}
        for m, width in read.items():
            found = expect(f"tokens[{m!r}]", tokens[m], "B T D", **{**sizes, "D": width})
            expect(f"masks[{m!r}]", masks[m], "B T", **found)
            if masks[m].dtype != torch.bool:
                raise TypeError(f"masks[{m!r}] must be bool, got {masks[m].dtype}")
            sizes["B"] = found["B"]
            # where, not a product: zero times NaN is NaN
            streams[m] = torch.where(masks[m][..., None], tokens[m], 0.0)  # (B, T, D)
        return streams


def _check_name(modality: str) -> None:
    if not modality or "." in modality or modality in TAKEN:
        raise ValueError(
            f"no modality can be called {modality!r}: torch keeps weights under its name, which "
            'must not be empty, contain "." or be what torch calls something of its own'
        )
