"""Disturbances: aligned clips with one modality dropped, frozen or noised at some steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from models.aligned import AlignedClip

Disturbed = tuple[Tensor, Tensor]  # rows (T, D) and their mask (T,)


def dropped(rows: Tensor, mask: Tensor, where: Tensor, foreign: Tensor) -> Disturbed:
    """The rows are missing, and masked as missing: a microphone that is off."""
    return rows, mask & ~where


def frozen(rows: Tensor, mask: Tensor, where: Tensor, foreign: Tensor) -> Disturbed:
    """The last undisturbed row is repeated, not masked: a video that stands still.

    Before the first row there is nothing to repeat, and the steps are masked.
    """
    steps = torch.where(mask & ~where, torch.arange(len(rows)), -1)
    last = torch.cummax(steps, dim=0).values if len(rows) else steps  # (T,)
    repeated = torch.where(where[:, None], rows[last.clamp(min=0)], rows)  # (T, D)
    return repeated, torch.where(where, last >= 0, mask)


def noised(rows: Tensor, mask: Tensor, where: Tensor, foreign: Tensor) -> Disturbed:
    """The rows are replaced by foreign ones, not masked: the voice of another person."""
    return torch.where(where[:, None], foreign, rows), mask


KINDS: dict[str, Callable[[Tensor, Tensor, Tensor, Tensor], Disturbed]] = {
    "dropped": dropped,
    "frozen": frozen,
    "noised": noised,
}


class Disturbances:
    """The clips of a split with one modality disturbed for a share of their steps.

    Which steps depends on clip and seed only: those disturbed at one share are disturbed at any
    larger one, the same for every modality, kind and run, in stretches of `stretch` steps.

    Foreign rows are valid rows of the modality, each drawn from any step of the other clips (of
    the clip itself, where no other has any): each is plausible by itself, and carries no
    information about its step. Gaussian noise of the same scale would be far from the training
    data.
    """

    def __init__(
        self, clips: Mapping[str, AlignedClip], modality: str, stretch: int, seed: int
    ) -> None:
        self.clips, self.modality, self.stretch, self.seed = clips, modality, stretch, seed
        valid = [clip.tokens[modality][clip.masks[modality]] for clip in clips.values()]
        ends = np.cumsum([len(rows) for rows in valid]).tolist()
        self._pool = torch.cat(valid)  # (R, D)
        self._own = dict(zip(clips, zip([0, *ends], ends, strict=False), strict=True))

    def of(self, clip: str, kind: str, share: float) -> AlignedClip:
        """One clip with `share` of its steps disturbed by one of KINDS."""
        clean, m = self.clips[clip], self.modality
        where = self._ranks(clip) < round(share * len(clean))  # (T,)
        disturb = KINDS[kind]
        rows, mask = disturb(clean.tokens[m], clean.masks[m], where, self._foreign(clip))
        return replace(clean, tokens={**clean.tokens, m: rows}, masks={**clean.masks, m: mask})

    def _ranks(self, clip: str) -> Tensor:
        """The rank of each step (T,) in the order in which steps are disturbed."""
        steps = torch.arange(len(self.clips[clip]))
        stretches = -(-len(steps) // self.stretch)
        ranks = torch.from_numpy(self._random(clip).permutation(stretches))
        order = torch.argsort(ranks[steps // self.stretch], stable=True)
        return torch.argsort(order)  # (T,)

    def _foreign(self, clip: str) -> Tensor:
        """A foreign row for each step (T, D)."""
        first, end = self._own[clip]
        others = len(self._pool) - (end - first)
        if not len(self._pool):  # no clip has a row: there is nothing to disturb
            return self.clips[clip].tokens[self.modality]
        draws = self._random(clip, self.modality).integers(
            others or len(self._pool), size=len(self.clips[clip])
        )
        skip = (draws >= first) * (end - first) if others else 0
        return self._pool[torch.from_numpy(draws + skip)]

    def _random(self, *about: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, *"/".join(about).encode()])
