"""Dataset: the windows of many aligned clips, in memory, batched in any order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor

from models import windows
from models.aligned import AlignedClip


class Batch(NamedTuple):
    """One batch of windows.

    tokens {modality: (B, T, D)}  masks {modality: (B, T)}  labels and label_mask (B, T, Y)
    """

    tokens: dict[str, Tensor]
    masks: dict[str, Tensor]
    labels: Tensor
    label_mask: Tensor


@dataclass(frozen=True, eq=False, slots=True)
class Dataset:
    """The windows of all clips: every row once, and which rows each window reads.

    Overlapping windows share their rows, so memory does not grow with the overlap.

    tokens {modality: (R, D)}  masks {modality: (R,)}  labels (R, Y)  label_mask (R, Y)
    index  (W, T) the row that a window reads at each step
    inside (W, T) False where the window reaches beyond its clip
    clip   (W,)   which clip a window is cut from
    names  of the clips
    """

    tokens: Mapping[str, Tensor]
    masks: Mapping[str, Tensor]
    labels: Tensor
    label_mask: Tensor
    index: Tensor
    inside: Tensor
    clip: Tensor
    names: Sequence[str]

    @classmethod
    def cut(
        cls, named: Mapping[str, AlignedClip], modalities: Sequence[str], steps: int, hop: int
    ) -> Dataset:
        """The windows of one clip or more, {name: clip}, in clip order and then in time order."""
        clips = list(named.values())
        cuts = [windows.rows(len(clip), steps, hop) for clip in clips]
        before = torch.tensor([0, *(len(clip) for clip in clips[:-1])]).cumsum(0).tolist()
        return cls(
            tokens={m: torch.cat([c.tokens[m] for c in clips]) for m in modalities},  # (R, D)
            masks={m: torch.cat([c.masks[m] for c in clips]) for m in modalities},  # (R,)
            labels=torch.cat([c.labels for c in clips]),  # (R, Y)
            label_mask=torch.cat([c.label_mask for c in clips]),  # (R, Y)
            index=torch.cat([i + n for (i, _), n in zip(cuts, before, strict=True)]),  # (W, T)
            inside=torch.cat([inside for _, inside in cuts]),  # (W, T)
            clip=torch.cat([torch.full((len(i),), n) for n, (i, _) in enumerate(cuts)]),  # (W,)
            names=list(named),
        )

    def __len__(self) -> int:
        return len(self.index)

    def labelled(self) -> Dataset:
        """The windows that hold a label of any target, the only ones that a loss can use."""
        labelled = self.label_mask.any(dim=1)  # (R,)
        holds = (labelled[self.index] & self.inside).any(dim=1)  # (W,)
        parts = {name: getattr(self, name)[holds] for name in ("index", "inside", "clip")}
        return replace(self, **parts)

    def to(self, device: torch.device | str) -> Dataset:
        """The same on another device."""
        moved = {m: x.to(device) for m, x in self.tokens.items()}
        masks = {m: x.to(device) for m, x in self.masks.items()}
        names = ("labels", "label_mask", "index", "inside", "clip")
        rest = {name: getattr(self, name).to(device) for name in names}
        return Dataset(moved, masks, **rest, names=self.names)

    def batch(self, which: Tensor) -> Batch:
        """The windows numbered by `which` (B,)."""
        index, inside = self.index[which], self.inside[which]  # (B, T)
        return Batch(
            {m: x[index] for m, x in self.tokens.items()},
            {m: x[index] & inside for m, x in self.masks.items()},
            self.labels[index],
            self.label_mask[index] & inside[..., None],
        )
