"""The time grid that `align` wrote, clip by clip, for the heads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from features.manifest import Assignment
from features.shards import Shards, canonical
from features.track import State
from models.aligned import AlignedClip
from stages.paths import ALIGN
from stages.provenance import rows_sha256


class Grid:
    """Every clip's aligned rows.

    modalities  {name: D}
    """

    def __init__(self, assignments: Iterable[Assignment], folder: Path = ALIGN):
        self._shards = Shards(folder)
        self.clips = [row for row in assignments if row.id in self._shards]
        first = self._shards[self.clips[0].id]
        named = [n for n in self._shards.meta["made_from"] if n != "labels"]
        self.modalities = {name: int(first.columns[name].shape[1]) for name in named}

    def split(self, name: str, modalities: Iterable[str]) -> dict[str, AlignedClip]:
        """The clips of one split: {clip id: clip}, by id."""
        wanted = [m for m in modalities if self.width(m)]
        return {
            c.id: aligned_clip(self._shards[c.id].columns, wanted)
            for c in self.clips
            if c.split == name
        }

    def width(self, modality: str) -> int:
        """D of a modality. Raises LookupError if the grid has none of that name."""
        if modality not in self.modalities:
            raise LookupError(
                f"no modality named {modality!r}; the grid has: {', '.join(self.modalities)}"
            )
        return self.modalities[modality]

    def contents(self, *splits: str) -> dict[str, str]:
        """The clips of some splits and the digest of each one's rows, without reading them."""
        return {c.id: self._shards.content(c.id) for c in self.clips if c.split in splits}

    @property
    def step_s(self) -> float:
        """From one step to the next, s."""
        return self._shards.meta["rules"]["step_s"]

    def times(self, clip: str) -> list[float]:
        """The time of each step of a clip, s."""
        return self._shards[clip].columns["times"].tolist()

    def made(self) -> dict[str, Any]:
        """What it takes to make its rows of another clip, and their digest: {rules, made_from,
        rows}, JSON values."""
        meta = self._shards.meta
        return {
            "rules": meta["rules"],
            "made_from": {name: meta["made_from"][name] for name in self.modalities},
            "rows": rows_sha256(self._shards),
        }

    def features(self) -> dict[str, Any]:
        """What the features are: {modality: {extractor, digest of what was chosen to make it}}."""
        made = self._shards.meta["made_from"]
        return {
            name: {
                "extractor": made[name]["extractor"],
                "digest": hashlib.sha256(canonical(made[name]).encode()).hexdigest()[:12],
            }
            for name in self.modalities
        }


def aligned_clip(columns: Mapping[str, Any], modalities: Iterable[str]) -> AlignedClip:
    """The columns of a grid record -> a clip as the heads read it."""
    modalities = list(modalities)
    column = {name: torch.from_numpy(x[:]) for name, x in columns.items()}
    return AlignedClip(
        tokens={m: column[m] for m in modalities},  # (T, D)
        masks={m: column[f"{m}.state"] == State.OK for m in modalities},  # (T,)
        labels=column["labels"],  # (T, 2)
        label_mask=column["labels.state"] == State.OK,  # (T,)
    )
