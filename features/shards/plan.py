"""What a shard will hold, before a row of it is written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from features.shards.record import Record

Size = tuple[tuple[int, ...], np.dtype]  # shape and type of one array of the file


class Plan:
    """The sizes of a shard's arrays, from its records.

    Raises ValueError where there are none, two do not have the same columns, or they do not come
    once each in byte order of their clips' ids.
    """

    def __init__(self, records: Iterable[Record]):
        self.sizes: dict[str, Size] = {}
        self.filled: list[str] = []  # arrays with any number in them, as they come into the file
        self.promised: list[tuple[str, str]] = []  # clip and content of each record
        self._sources: list[str] = []
        self._offsets: dict[str, list[int]] = {"offsets": [0]}
        for record in records:
            self._add(record, record.arrays())
        ids = [clip.encode() for clip, _ in self.promised]
        if not ids or ids != sorted(set(ids)):
            raise ValueError("a shard takes records once each, in byte order of their clip ids")

    def _add(self, record: Record, arrays: dict[str, Any]) -> None:
        if not self.promised:
            self.sizes = {name: ((0, *x.shape[1:]), x.dtype) for name, x in arrays.items()}
            self._offsets |= {f"blobs/{name}/offsets": [0] for name in record.blobs}
        found = {name: (x.shape[1:], x.dtype) for name, x in arrays.items()}
        expected = {name: (shape[1:], dtype) for name, (shape, dtype) in self.sizes.items()}
        if found != expected:
            raise ValueError(
                f"clip {record.clip!r} has {found}, the clips before it have {expected}"
            )
        self.promised.append((record.clip, record.content))
        self._sources.append(record.source)
        found = (name for name, x in arrays.items() if math.prod(x.shape))
        self.filled += [name for name in found if name not in self.filled]
        for name, (shape, dtype) in self.sizes.items():
            self.sizes[name] = ((shape[0] + len(arrays[name]), *shape[1:]), dtype)
        for name, offsets in self._offsets.items():
            added = record.blobs[name.split("/")[1]][1] if "/" in name else record
            offsets.append(offsets[-1] + len(added))

    def bytes(self, name: str) -> int:
        """How much room an array takes."""
        shape, dtype = self.sizes[name]
        return math.prod(shape) * dtype.itemsize

    def room(self) -> int:
        """How many bytes all arrays take."""
        return sum(map(self.bytes, self.sizes)) + sum(x.nbytes for x in self.heads().values())

    def heads(self) -> dict[str, np.ndarray]:
        """The arrays that say which clips the file holds and where, in writing order."""
        texts = {
            "clips": [clip for clip, _ in self.promised],
            "sources": self._sources,
            "contents": [content for _, content in self.promised],
        }
        heads = {name: np.array([t.encode() for t in column]) for name, column in texts.items()}
        return heads | {name: np.array(x, np.int64) for name, x in self._offsets.items()}
