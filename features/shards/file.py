"""One shard file: checked, and read a clip or a window of rows at a time."""

from __future__ import annotations

import json
import mmap
import os
from pathlib import Path
from typing import Any

import h5py
import h5py.h5o
import numpy as np

from features.shards.record import Record, ShardError
from features.shards.seal import check_bytes, check_format


class Shard:
    """One shard file. Opened when first read, once in each process; safe to pickle and to fork.

    check  compare every byte with the digest; otherwise only the format is looked at

    HDF5 says once where each array lies; rows are then read from there by position, which shares
    no state with other processes or threads. Raises ShardError where the file is damaged or of a
    format this code does not read.
    """

    _file: int | None = None  # as this process has it open, or the one it was forked from
    _map: mmap.mmap | None = None

    def __init__(self, path: Path, *, check: bool = True):
        self.path = path
        self._seal = (check_bytes if check else check_format)(path)
        # a shard never changes, so it needs no lock, and network disks often have none
        with h5py.File(path, "r", locking=False) as file:
            self.meta: dict[str, Any] = json.loads(str(file.attrs["meta"]))
            self.extents = _extents(file)
        self.clips, self.sources, self.contents = (
            [text.decode() for text in self.array(name)[:]]
            for name in ("clips", "sources", "contents")
        )
        self.offsets: list[int] = self.array("offsets")[:].tolist()
        names = [name.split("/") for name in self.extents if "/" in name]
        self.columns = [last for first, *_, last in names if first == "rows"]
        self.blob_offsets = {
            blob: self.array(f"blobs/{blob}/offsets")[:].tolist()
            for blob in sorted({name[1] for name in names if name[0] == "blobs"})
        }

    def _opened(self) -> int:
        if self._file is None:
            if check_format(self.path) != self._seal:
                raise ShardError(
                    f"{self.path} was replaced since it was checked; read the folder anew"
                )
            self._file = os.open(self.path, os.O_RDONLY)
        return self._file

    def mapped(self, name: str, start: int, stop: int) -> np.ndarray:
        """The rows `start` to `stop` of an array where the system has them in memory, the same for
        all processes of the machine; what is written into them stays in this process.
        """
        offset, shape, dtype = self.extents[name]
        if not (stop - start) * int(np.prod(shape[1:], dtype=int)):
            return np.empty((stop - start, *shape[1:]), dtype)
        if self._map is None:
            self._map = mmap.mmap(self._opened(), 0, access=mmap.ACCESS_COPY)
        row = int(np.prod(shape[1:], dtype=int))
        at = offset + start * row * dtype.itemsize
        found = np.frombuffer(self._map, dtype, (stop - start) * row, at)
        return found.reshape(stop - start, *shape[1:])

    def close(self) -> None:
        """Close it in this process; reading opens it again. What is mapped stays."""
        if self._file is not None:
            os.close(self._file)
        self._file = None

    __del__ = close

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_file": None, "_map": None}

    @property
    def is_open(self) -> bool:
        """Whether this process has the file open."""
        return self._file is not None

    def array(self, name: str) -> LazyRows:
        """An array of the file, whose rows are read when they are sliced."""
        return LazyRows(self, name, 0, self.extents[name][1][0])

    def read(self, name: str, start: int, stop: int) -> np.ndarray:
        """The rows `start` to `stop` of an array: one read, as the file has it in one piece.

        Raises ShardError where the file has become shorter since it was opened.
        """
        offset, shape, dtype = self.extents[name]
        rows = np.empty((stop - start, *shape[1:]), dtype)
        if not rows.size:
            return rows
        file, left = self._opened(), rows.reshape(-1).view(np.uint8)
        at = offset + start * (rows.nbytes // len(rows))
        while len(left):
            count = os.preadv(file, [left], at)  # pyright: ignore[reportArgumentType] - is a buffer
            if not count:
                raise ShardError(f"{self.path} was cut off while it was read")
            left, at = left[count:], at + count
        return rows

    def record(self, index: int, start: int = 0, stop: int | None = None) -> Record:
        """The record of clip number `index`, or its rows `start` to `stop` as a slice has them."""
        a, b = self.offsets[index : index + 2]
        first, last, _ = slice(start, stop).indices(b - a)
        lo, hi = a + first, a + max(first, last)
        columns = {name: self.read(f"rows/{name}", lo, hi) for name in self.columns}
        blobs = {name: self._blob(name, index, lo, hi) for name in self.blob_offsets}
        known = self.contents[index] if (lo, hi) == (a, b) else ""
        return Record(self.clips[index], self.sources[index], columns, blobs, known)

    def _blob(self, name: str, index: int, lo: int, hi: int) -> tuple[np.ndarray, LazyRows]:
        """Where the bytes of rows lo to hi end, and those bytes; their first is number 0."""
        before = lo > self.offsets[index]
        ends = self.read(f"blobs/{name}/ends", lo - before, hi)
        skipped = int(ends[0]) if before else 0
        ends = ends[1:] - skipped if before else ends
        begin = self.blob_offsets[name][index] + skipped
        size = int(ends[-1]) if len(ends) else 0
        return ends, LazyRows(self, f"blobs/{name}/bytes", begin, begin + size)

    def outline(self, index: int) -> Record:
        """The record of clip number `index`, each array of which is read as it is sliced."""
        a, b = self.offsets[index : index + 2]
        columns = {name: LazyRows(self, f"rows/{name}", a, b) for name in self.columns}
        blobs = {}
        for name, offsets in self.blob_offsets.items():
            ends = LazyRows(self, f"blobs/{name}/ends", a, b)
            begin, end = offsets[index : index + 2]
            blobs[name] = ends, LazyRows(self, f"blobs/{name}/bytes", begin, end)
        known = self.contents[index]
        return Record(self.clips[index], self.sources[index], columns, blobs, known)


class LazyRows:
    """Some rows of an array of a shard, read when they are sliced: a clip may have many."""

    def __init__(self, shard: Shard, name: str, begin: int, end: int):
        _, shape, self.dtype = shard.extents[name]
        self.shape = (end - begin, *shape[1:])
        self._shard, self._name, self._begin = shard, name, begin

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, part: slice) -> np.ndarray:
        a, b, step = part.indices(len(self))
        if step != 1:
            raise ValueError(f"rows of a shard come in consecutive slices, got step {step}")
        return self._shard.read(self._name, self._begin + a, self._begin + max(a, b))

    def mapped(self) -> np.ndarray:
        """All of them, as Shard.mapped has them."""
        return self._shard.mapped(self._name, self._begin, self._begin + len(self))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype)


Extent = tuple[int, tuple[int, ...], np.dtype]  # where an array begins, its shape and type


def _extents(file: h5py.File) -> dict[str, Extent]:
    """Where every array of a file lies, in byte order of their names."""
    names: list[bytes] = []
    file.id.links.visit(names.append)
    found = {name.decode(): h5py.h5o.open(file.id, name) for name in sorted(names)}
    return {
        name: (int(x.get_offset() or 0), x.shape, x.dtype)  # no offset: an array without rows
        for name, x in found.items()
        if isinstance(x, h5py.h5d.DatasetID)
    }
