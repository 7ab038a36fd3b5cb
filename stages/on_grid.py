"""The time grid, and the streams on it, clip by clip, for the heads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from features.manifest import Assignment
from features.shards import Shards, canonical
from features.track import State
from models.aligned import AlignedClip
from models.targets import Ranges
from stages.paths import GRID, aligned
from stages.provenance import rows_sha256
from stages.stored import StoredClip


class Grid:
    """Every clip's labels, and its rows of some streams, on the time grid.

    targets  {name: (low, high)}   widths  {stream: D}, in the order in which they were named

    Raises LookupError for a stream that was not aligned.
    """

    def __init__(self, assignments: Iterable[Assignment], streams: Iterable[str]):
        self._grid = _opened(GRID, "grid")
        self._streams = {name: _opened(aligned(name), f"align@{name}") for name in streams}
        self.clips = [row for row in assignments if row.id in self._grid]
        self.targets: Ranges = {name: (low, high) for name, low, high in self._meta["targets"]}
        first = self.clips[0].id if self.clips else ""
        self.widths = {
            name: int(shards.outline(first).columns["values"].shape[1]) if first else 0
            for name, shards in self._streams.items()
        }

    @property
    def _meta(self) -> dict[str, Any]:
        return self._grid.meta

    @property
    def step_s(self) -> float:
        """From one step to the next, s."""
        return self._meta["step_s"]

    @property
    def synthetic(self) -> bool:
        """Whether the labels are those of the demo, and say nothing about real emotion."""
        return bool(self._meta["made_from"].get("synthetic"))

    def split(
        self, name: str, streams: Iterable[str], targets: Iterable[str] | None = None
    ) -> dict[str, StoredClip]:
        """The clips of one split with these streams and targets (None: all): {clip id: clip}, by
        id. Nothing of them is read yet.
        """
        read = {stream: self._streams[stream] for stream in streams}
        order = list(self.targets)
        columns = tuple(order.index(t) for t in (order if targets is None else targets))
        names = [c.id for c in self.clips if c.split == name]
        return {clip: StoredClip(clip, self._grid, read, columns) for clip in names}

    def steps(self, split: str) -> int:
        """How many steps the clips of a split have."""
        return sum(self._grid.rows(c.id) for c in self.clips if c.split == split)

    def states(self, clip: str) -> dict[str, np.ndarray]:
        """State of each step of each stream of a clip: {stream: uint8 (T,)}."""
        outlines = {name: shards.outline(clip) for name, shards in self._streams.items()}
        return {name: outline.columns["state"][:] for name, outline in outlines.items()}

    def has(self, clip: str, stream: str) -> bool:
        """Whether a clip has any row of a stream with a value."""
        return bool((self._streams[stream].outline(clip).columns["state"][:] == State.OK).any())

    def rows(self, clip: str, stream: str) -> np.ndarray:
        """The rows of a stream that have a value: float32 (N, D)."""
        columns = self._streams[stream][clip].columns
        return columns["values"][:][columns["state"][:] == State.OK]

    def labels(self, clip: str) -> tuple[np.ndarray, np.ndarray]:
        """Labels float32 (T, Y), NaN where there is none, and State of each, uint8 (T, Y)."""
        columns = self._grid.outline(clip).columns
        return columns["labels"][:], columns["labels.state"][:]

    def times(self, clip: str) -> list[float]:
        """The time of each step of a clip, s."""
        return self._grid.outline(clip).columns["times"][:].tolist()

    def kinds(self) -> dict[str, str]:
        """The kind of each stream: {stream: visual, audio, text or signals}."""
        return {name: shards.meta["made_from"]["kind"] for name, shards in self._streams.items()}

    def contents(self, streams: Iterable[str]) -> dict[str, str]:
        """The digests of everybody's rows, {"labels" or stream: hex}, without reading them."""
        found = {"labels": rows_sha256(self._grid)}
        return found | {name: rows_sha256(self._streams[name]) for name in streams}

    def made(self, streams: Iterable[str]) -> dict[str, Any]:
        """What it takes to make rows of these streams of another clip, and their digests, as JSON
        values: {step_s, labels, streams: {stream: {rule, made_from, rows}}}."""
        digests = self.contents(streams)
        return {
            "step_s": self.step_s,
            "labels": {"rule": self._meta["labels"], "rows": digests.pop("labels")},
            "streams": {
                name: {
                    "rule": self._streams[name].meta["rule"],
                    "made_from": self._streams[name].meta["made_from"],
                    "rows": digest,
                }
                for name, digest in digests.items()
            },
        }

    def features(self) -> dict[str, Any]:
        """What the features are: {stream: {kind, extractor, digest of what was chosen}}."""
        made = {name: shards.meta["made_from"] for name, shards in self._streams.items()}
        return {
            name: {
                "kind": about["kind"],
                "extractor": about["extractor"],
                "digest": hashlib.sha256(canonical(about).encode()).hexdigest()[:12],
            }
            for name, about in made.items()
        }


def aligned_clip(
    streams: Mapping[str, Mapping[str, Any]], labels: Mapping[str, Any]
) -> AlignedClip:
    """The columns of each stream's record and of the grid's -> a clip as the heads read it."""
    values = {name: torch.from_numpy(columns["values"][:]) for name, columns in streams.items()}
    states = {name: torch.from_numpy(columns["state"][:]) for name, columns in streams.items()}
    return AlignedClip(
        tokens=values,  # (T, D)
        masks={name: state == State.OK for name, state in states.items()},  # (T,)
        labels=torch.from_numpy(labels["labels"][:]),  # (T, Y)
        label_mask=torch.from_numpy(labels["labels.state"][:]) == State.OK,  # (T, Y)
    )


def _opened(folder: Path, stage: str) -> Shards:
    if not folder.is_dir():
        raise LookupError(f"no {folder}; run `dvc repro {stage}` first")
    return Shards(folder)
