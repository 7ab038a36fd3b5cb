"""Dataset: the windows of many clips, read as batches ask for them, in any order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor

from models import windows
from models.clip import Clip, Clips


class Place(NamedTuple):
    """Where a window lies: its clip, and the steps from `start` to `stop`, at most the clip's."""

    clip: str
    start: int
    stop: int


class Batch(NamedTuple):
    """One batch of windows.

    tokens {modality: (B, T, D)}  masks {modality: (B, T)}  labels and label_mask (B, T, Y)
    places of the B windows; what lies beyond the end of a clip is zero and masked
    """

    tokens: dict[str, Tensor]
    masks: dict[str, Tensor]
    labels: Tensor
    label_mask: Tensor
    places: list[Place]


@dataclass(frozen=True, eq=False, slots=True)
class Dataset:
    """The windows of some clips, in clip order and then in time order.

    It holds where each window begins and nothing of what is in it, so that memory does not grow
    with the corpus.

    modalities  that are read         steps  T, of a window
    clip  (W,) the number of the clip that a window is cut from, start  (W,) its first step
    device  where batches go
    """

    clips: Clips
    modalities: Sequence[str]
    steps: int
    clip: Tensor
    start: Tensor
    device: torch.device | str = "cpu"

    @classmethod
    def cut(cls, clips: Clips, modalities: Sequence[str], steps: int, hop: int) -> Dataset:
        """The windows of some clips, {name: clip}, every `hop` steps."""
        starts = [windows.starts(len(clip), steps, hop) for clip in clips.values()]
        clip = torch.tensor([n for n, each in enumerate(starts) for _ in each], dtype=torch.int64)
        start = torch.tensor([first for each in starts for first in each], dtype=torch.int64)
        return cls(clips, list(modalities), steps, clip, start)

    def __len__(self) -> int:
        return len(self.start)

    @property
    def names(self) -> list[str]:
        """Of the clips, in the order of their numbers."""
        return list(self.clips)

    def labelled(self) -> Dataset:
        """The windows that hold a label of any target, the only ones that a loss can use."""
        holds = [
            _holding(clip, self.start[self.clip == n], self.steps)
            for n, clip in enumerate(self.clips.values())
        ]
        kept = torch.cat(holds) if holds else torch.zeros(0, dtype=torch.bool)  # (W,)
        return replace(self, clip=self.clip[kept], start=self.start[kept])

    def to(self, device: torch.device | str) -> Dataset:
        """The same with batches on another device."""
        return replace(self, device=device)

    def places(self, which: Tensor) -> list[Place]:
        """Where the windows numbered by `which` (B,) lie."""
        names = self.names
        numbered = zip(self.clip[which].tolist(), self.start[which].tolist(), strict=True)
        return [self._place(names[number], start) for number, start in numbered]

    def batch(self, which: Tensor) -> Batch:
        """The windows numbered by `which` (B,)."""
        places, made = self.places(which), dict[str, Tensor]()
        for row, place in enumerate(places):
            for name, part in self._window(place).items():  # (R, ...), R <= T
                if row == 0:
                    made[name] = part.new_zeros(len(places), self.steps, *part.shape[1:])
                made[name][row, : len(part)] = part
        moved = {name: x.to(self.device) for name, x in made.items()}
        tokens = {m: moved[f"tokens.{m}"] for m in self.modalities}
        masks = {m: moved[f"masks.{m}"] for m in self.modalities}
        return Batch(tokens, masks, moved["labels"], moved["label_mask"], places)

    def batches(self, each: Sequence[Tensor]) -> Iterator[Batch]:
        """The batches numbered by each of some (B,), every one read while its predecessor is used,
        so that a disk is not waited for.
        """
        if len(each) == 1:  # there is nothing to read meanwhile
            yield self.batch(each[0])
            return
        with ThreadPoolExecutor(1, "windows") as ahead:
            waiting = None
            for which in each:
                coming = ahead.submit(self.batch, which)
                if waiting is not None:
                    yield waiting.result()
                waiting = coming
            if waiting is not None:
                yield waiting.result()

    def _place(self, name: str, start: int) -> Place:
        return Place(name, start, min(start + self.steps, len(self.clips[name])))

    def _window(self, place: Place) -> dict[str, Tensor]:
        """All that is read of a window, each (R, ...)."""
        clip = self.clips[place.clip]
        tokens, masks = clip.rows(place.start, place.stop, self.modalities)
        labels, label_mask = clip.truth(place.start, place.stop)
        named = {f"tokens.{m}": x for m, x in tokens.items()}
        named |= {f"masks.{m}": x for m, x in masks.items()}
        return {**named, "labels": labels, "label_mask": label_mask}


def _holding(clip: Clip, starts: Tensor, steps: int) -> Tensor:
    """Which windows of a clip, by their first steps (N,), hold a label of any target: (N,)."""
    labelled = clip.label_mask.any(dim=1)  # (T,)
    before = torch.cat([torch.zeros(1, dtype=torch.int64), labelled.cumsum(dim=0)])  # (T + 1,)
    return before[(starts + steps).clamp(max=len(labelled))] > before[starts]
