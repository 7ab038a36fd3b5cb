"""Disturbance: clips as they would be if one modality failed for part of the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from models.sequence import Sequence

Failed = tuple[Tensor, Tensor]  # rows (T, D) and their mask (T,)


def dropped(rows: Tensor, mask: Tensor, where: Tensor, strange: Tensor) -> Failed:
    """Nothing comes, and it is known that nothing comes: a microphone that is off."""
    return rows, mask & ~where


def frozen(rows: Tensor, mask: Tensor, where: Tensor, strange: Tensor) -> Failed:
    """The last row before the stretch is repeated and passes for data; before the first row there
    is none. A picture that stands still."""
    seen = torch.where(mask & ~where, torch.arange(len(rows)), -1)
    last = torch.cummax(seen, dim=0).values if len(rows) else seen  # (T,)
    repeated = torch.where(where[:, None], rows[last.clamp(min=0)], rows)  # (T, D)
    return repeated, torch.where(where, last >= 0, mask)


def noised(rows: Tensor, mask: Tensor, where: Tensor, strange: Tensor) -> Failed:
    """Every row there is becomes one from elsewhere and passes for data: somebody else's voice."""
    return torch.where(where[:, None], strange, rows), mask


KINDS: dict[str, Callable[[Tensor, Tensor, Tensor, Tensor], Failed]] = {
    "dropped": dropped,
    "frozen": frozen,
    "noised": noised,
}


class Disturbances:
    """The clips of a split with one modality disturbed for a share of their steps.

    Which steps depends on clip and seed only: what is disturbed at one share is at any larger one,
    and is the same for every modality, kind and head. They come in stretches of `stretch` steps.

    Strange rows are real ones of the modality, each drawn from any step of the other clips (of its
    own, where no other has any): one by one they look like data, and say nothing of their step.
    Gaussian noise of the same scale would be unlike anything a head was trained on.
    """

    def __init__(
        self, clips: Mapping[str, Sequence], modality: str, stretch: int, seed: int
    ) -> None:
        self.clips, self.modality, self.stretch, self.seed = clips, modality, stretch, seed
        valid = [clip.tokens[modality][clip.masks[modality]] for clip in clips.values()]
        ends = np.cumsum([len(rows) for rows in valid]).tolist()
        self._pool = torch.cat(valid)  # (R, D)
        self._own = dict(zip(clips, zip([0, *ends], ends, strict=False), strict=True))

    def of(self, clip: str, kind: str, share: float) -> Sequence:
        """One clip as it is disturbed."""
        whole, m = self.clips[clip], self.modality
        where = self._ranks(clip) < round(share * len(whole))  # (T,)
        fail = KINDS[kind]
        rows, mask = fail(whole.tokens[m], whole.masks[m], where, self._strange(clip))
        return replace(whole, tokens={**whole.tokens, m: rows}, masks={**whole.masks, m: mask})

    def _ranks(self, clip: str) -> Tensor:
        """The place of each step (T,) in the order in which they are disturbed."""
        steps = torch.arange(len(self.clips[clip]))
        stretches = -(-len(steps) // self.stretch)
        turn = torch.from_numpy(self._random(clip).permutation(stretches))
        order = torch.argsort(turn[steps // self.stretch], stable=True)
        return torch.argsort(order)  # (T,)

    def _strange(self, clip: str) -> Tensor:
        """A row from elsewhere for each step (T, D)."""
        first, end = self._own[clip]
        others = len(self._pool) - (end - first)
        if not len(self._pool):  # nobody has a row: there is nothing to disturb
            return self.clips[clip].tokens[self.modality]
        drawn = self._random(clip, self.modality).integers(
            others or len(self._pool), size=len(self.clips[clip])
        )
        skip = (drawn >= first) * (end - first) if others else 0
        return self._pool[torch.from_numpy(drawn + skip)]

    def _random(self, *about: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, *"/".join(about).encode()])
