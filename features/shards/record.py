"""Record: one clip's rows on their way into or out of a shard."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

FORMAT = "va-shard 1"
USER_BLOCK = 512  # bytes in front of the HDF5 file proper
BLOCK = 1 << 22  # bytes copied or hashed at a time


class ShardError(ValueError):
    """A shard is damaged, missing something, or of a format this code does not read."""


@dataclass(frozen=True, eq=False)
class Record:
    """One clip's rows. Columns share their first axis T; blobs give each row some bytes.

    clip     the clip's id
    source   sha256 of what the rows were made from, hex
    columns  {name: array (T, ...)}
    blobs    {name: (ends int64 (T,), bytes uint8 (K,))}; a row's bytes begin where the row
             before it ends; in place of bytes there may be K items of any other type
    known    its content digest, where somebody has worked it out already

    Arrays may be anything that has a dtype and a shape and slices like one: numpy, a memory map,
    rows of an HDF5 dataset. Raises ValueError where columns differ in length.
    """

    clip: str
    source: str
    columns: Mapping[str, Any]
    blobs: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    known: str = ""

    def __post_init__(self) -> None:
        lengths = {name: len(x) for name, x in self.columns.items()}
        lengths |= {name: len(ends) for name, (ends, _) in self.blobs.items()}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"clip {self.clip!r}: columns must be of one length, got {lengths}")

    @cached_property
    def content(self) -> str:
        """The sha256 over every array's name, type, shape and bytes, hex."""
        return self.known or digest(self)

    def __len__(self) -> int:
        """T, the number of rows."""
        return len(next(iter(self.columns.values())))

    def arrays(self) -> dict[str, Any]:
        """Every array under its name in the file, in byte order of the names."""
        named = {f"rows/{name}": x for name, x in self.columns.items()}
        for name, (ends, data) in self.blobs.items():
            named |= {f"blobs/{name}/ends": ends, f"blobs/{name}/bytes": data}
        return dict(sorted(named.items()))


def digest(record: Record, put: Callable[[str, np.ndarray], None] | None = None) -> str:
    """The sha256 of a record's arrays, hex: equal rows have equal digests, wherever they lie.

    put  is given the name of an array and each block of it, in order, as it is hashed
    """
    sha = hashlib.sha256()
    for name, x in record.arrays().items():
        sha.update(f"{name} {x.dtype.str} {x.shape}\n".encode())
        for block in blocks(x):
            sha.update(np.ascontiguousarray(block).data)
            if put:
                put(name, block)
    return sha.hexdigest()


def blocks(x: Any) -> Iterator[np.ndarray]:
    """An array as consecutive slices of at most BLOCK bytes."""
    row = x.dtype.itemsize * int(np.prod(x.shape[1:], dtype=int))
    rows = max(1, BLOCK // max(1, row))
    return (np.asarray(x[a : a + rows]) for a in range(0, len(x), rows))


def canonical(value: Any) -> str:
    """JSON with one spelling - sorted keys, no spaces - so that equal values are equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
