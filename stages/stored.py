"""StoredClip: a clip on the time grid, read from its shards a window at a time, or held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from features.shards import Shards
from features.track import State
from models.aligned import AlignedClip
from models.clip import Clips, Rows


@dataclass(frozen=True, eq=False)
class StoredClip:
    """A models.clip.Clip on disk; nothing of it is in memory but where it lies.

    grid     times and labels of every clip
    streams  {stream: its rows on the grid}
    columns  of the labels, those of the targets that are asked for, in their order

    Rows that are called valid and are not finite are a ValueError when they are read.
    """

    name: str
    grid: Shards
    streams: Mapping[str, Shards]
    columns: tuple[int, ...]

    def __len__(self) -> int:
        """T, the number of steps."""
        return self.grid.rows(self.name)

    @property
    def widths(self) -> dict[str, int]:
        """{stream: D}."""
        outlines = {m: shards.outline(self.name) for m, shards in self.streams.items()}
        return {m: int(clip.columns["values"].shape[1]) for m, clip in outlines.items()}

    @property
    def labels(self) -> Tensor:
        """(T, Y), any value where the mask is False."""
        return self.truth(0, len(self))[0]

    @property
    def label_mask(self) -> Tensor:
        """(T, Y) bool."""
        return self.truth(0, len(self))[1]

    def rows(self, start: int, stop: int, modalities: Iterable[str]) -> Rows:
        """The steps `start` to `stop` of some streams, read now."""
        tokens, masks = {}, {}
        for m in modalities:
            columns = self.streams[m].window(self.name, start, stop).columns
            tokens[m] = torch.from_numpy(columns["values"])  # (R, D)
            masks[m] = torch.from_numpy(columns["state"] == State.OK)  # (R,)
            if bad := int((masks[m] & ~tokens[m].isfinite().all(dim=1)).sum()):
                raise ValueError(
                    f"clip {self.name!r}: {m} has {bad} rows between steps {start} and {stop} that "
                    f"its mask calls valid but are not finite"
                )
        return Rows(tokens, masks)

    def mask(self, modality: str) -> Tensor:
        """Where a stream has a row: (T,) bool."""
        states = self.streams[modality].outline(self.name).columns["state"][:]
        return torch.from_numpy(states == State.OK)

    def truth(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Labels (R, Y) and their mask (R, Y) of the steps `start` to `stop`."""
        found = self.grid.outline(self.name).columns
        labels = np.ascontiguousarray(found["labels"][start:stop][:, self.columns])
        states = found["labels.state"][start:stop][:, self.columns]
        return torch.from_numpy(labels), torch.from_numpy(states == State.OK)

    def nbytes(self) -> int:
        """How much memory its rows take."""
        return sum(len(self) * (4 * width + 1) for width in self.widths.values())

    def held(self) -> AlignedClip:
        """The same in memory: the system's own copy of the files, one for all processes of the
        machine, in which every row is checked now.
        """
        outlines = {m: shards.outline(self.name).columns for m, shards in self.streams.items()}
        tokens = {m: torch.from_numpy(c["values"].mapped()) for m, c in outlines.items()}
        masks = {m: torch.from_numpy(c["state"][:] == State.OK) for m, c in outlines.items()}
        try:
            return AlignedClip(tokens, masks, *self.truth(0, len(self)))
        except ValueError as error:
            error.add_note(f"in clip {self.name!r}")
            raise


def within(clips: Mapping[str, StoredClip], left: float) -> tuple[Clips, float]:
    """The clips, held if they take no more bytes than are left, and what is left then."""
    needed = sum(clip.nbytes() for clip in clips.values())
    if needed > left:
        return clips, left
    return {name: clip.held() for name, clip in clips.items()}, left - needed
