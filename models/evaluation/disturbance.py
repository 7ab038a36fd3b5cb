"""Disturbances: one modality of some clips dropped, frozen or noised at some steps."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.clip import Clip, Clips
from models.dataset import Place

KINDS = ("dropped", "frozen", "noised")
POOL_BYTES = 64 << 20  # of foreign rows in memory; of more rows every n-th is taken
STEPS_KEPT = 1_000_000  # of the clips whose order of steps is remembered
Disturbed = tuple[Tensor, Tensor]  # rows (R, D) and their mask (R,)


@dataclass(frozen=True, eq=False)
class Drawn:
    """What is drawn for a clip: the rank of each step (T,) in the order in which steps are
    disturbed, and the number of its foreign row (T,).
    """

    ranks: Tensor
    foreign: Tensor


class Disturbances:
    """The clips of a split with one modality disturbed for a share of their steps, by KINDS.

        dropped  the rows are missing, and masked as missing: a microphone that is off
        frozen   the last undisturbed row is repeated, not masked: a video that stands still; before
                 the first row there is nothing to repeat, and the steps are masked
        noised   the rows are replaced by foreign ones, not masked: the voice of another person

    Which steps depends on clip and seed only: those disturbed at one share are disturbed at any
    larger one, the same for every modality, kind and run, in stretches of `stretch` steps.

    Foreign rows are valid rows of the modality, each drawn from any step of the other clips (of
    the clip itself, where no other has any): each is plausible by itself, and carries no
    information about its step. Gaussian noise of the same scale would be far from the training
    data. They are held in memory: all valid rows, or every n-th of each clip if they are more than
    POOL_BYTES.
    """

    def __init__(self, clips: Clips, modality: str, stretch: int, seed: int) -> None:
        self.clips, self.modality, self.stretch, self.seed = clips, modality, stretch, seed
        self._pool, self._own = _pool(clips, modality)
        self._drawn: OrderedDict[str, Drawn] = OrderedDict()

    def window(
        self, place: Place, kind: str, share: float, rows: Tensor, mask: Tensor
    ) -> Disturbed:
        """A window's rows (R, D) and mask (R,) where `share` of its clip's steps are disturbed."""
        steps = slice(place.start, place.stop)
        drawn = self._drawn_for(place.clip)
        disturbed = drawn.ranks < round(share * len(drawn.ranks))  # (T,)
        where = disturbed[steps]  # (R,)
        if kind == "dropped":
            return rows, mask & ~where
        if kind == "frozen":
            return self._frozen(place, disturbed, rows, mask)
        if not len(self._pool):  # no clip has a row: there is nothing to disturb
            return rows, mask
        return torch.where(where[:, None], self._pool[drawn.foreign[steps]], rows), mask

    def _frozen(self, place: Place, disturbed: Tensor, rows: Tensor, mask: Tensor) -> Disturbed:
        clip, m = self.clips[place.clip], self.modality
        kept = torch.where(clip.mask(m) & ~disturbed, torch.arange(len(disturbed)), -1)
        steps = slice(place.start, place.stop)
        last = torch.cummax(kept, dim=0).values[steps] if len(kept) else kept  # (R,)
        where, still = disturbed[steps], rows.clone()
        for step in torch.unique(last[where & (last >= 0)]).tolist():
            inside = step >= place.start
            row = rows[step - place.start] if inside else _row(clip, step, m)
            still[where & (last == step)] = row
        return still, torch.where(where, last >= 0, mask)

    def _drawn_for(self, clip: str) -> Drawn:
        """What is drawn for a clip, remembered for the windows and shares that follow."""
        if clip not in self._drawn:
            self._drawn[clip] = Drawn(self._ranks(clip), self._foreign(clip))
            while len(self._drawn) > 1 and sum(len(d.ranks) for d in self._drawn.values()) > (
                STEPS_KEPT
            ):
                self._drawn.popitem(last=False)
        return self._drawn[clip]

    def _ranks(self, clip: str) -> Tensor:
        steps = torch.arange(len(self.clips[clip]))
        stretches = -(-len(steps) // self.stretch)
        ranks = torch.from_numpy(self._random(clip).permutation(stretches))
        order = torch.argsort(ranks[steps // self.stretch], stable=True)
        return torch.argsort(order)  # (T,)

    def _foreign(self, clip: str) -> Tensor:
        first, end = self._own[clip]
        others = len(self._pool) - (end - first)
        length = len(self.clips[clip])
        if not len(self._pool):
            return torch.zeros(length, dtype=torch.int64)
        draws = self._random(clip, self.modality).integers(others or len(self._pool), size=length)
        skip = (draws >= first) * (end - first) if others else 0
        return torch.from_numpy(draws + skip)  # (T,)

    def _random(self, *about: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, *"/".join(about).encode()])


def _pool(clips: Clips, modality: str) -> tuple[Tensor, dict[str, tuple[int, int]]]:
    """Valid rows of all clips (R, D), and from where to where those of each clip are."""
    valid = {name: clip.mask(modality).nonzero().flatten() for name, clip in clips.items()}
    row_bytes = 4 * max((clip.widths[modality] for clip in clips.values()), default=1)
    total = sum(len(steps) for steps in valid.values())
    every = max(1, math.ceil(total * row_bytes / POOL_BYTES))
    rows, own, end = [], {}, 0
    for name, clip in clips.items():
        taken = valid[name][::every]
        if every == 1:
            rows.append(clip.rows(0, len(clip), [modality]).tokens[modality][taken])
        else:
            rows += [_row(clip, step, modality)[None] for step in taken.tolist()]
        own[name] = (end, end := end + len(taken))
    return torch.cat(rows), own


def _row(clip: Clip, step: int, modality: str) -> Tensor:
    return clip.rows(step, step + 1, [modality]).tokens[modality][0]  # (D,)
