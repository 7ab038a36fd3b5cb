"""One shard file: checked, and read a clip or a window of rows at a time."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from features.shards.record import Record, ShardError
from features.shards.seal import check_bytes, check_format


class Shard:
    """One shard file. Opened when first read, once in each process; safe to pickle and to fork.

    check  compare every byte with the digest; otherwise only the format is looked at

    Raises ShardError where the file is damaged or of a format this code does not read.
    """

    def __init__(self, path: Path, *, check: bool = True):
        (check_bytes if check else check_format)(path)
        self.path = path
        self._file: h5py.File | None = None
        self._pid = -1
        with self._opened() as file:
            self.meta: dict[str, Any] = json.loads(str(file.attrs["meta"]))
            self.clips = [c.decode() for c in array(file, "clips")]
            self.sources = [s.decode() for s in array(file, "sources")]
            self.contents = [c.decode() for c in array(file, "contents")]
            self.offsets = array(file, "offsets")
            self.columns = sorted(group(file, "rows"))
            self.blob_offsets = {
                name: array(file, f"blobs/{name}/offsets") for name in group(file, "blobs")
            }
            names = [f"rows/{name}" for name in self.columns]
            names += [f"blobs/{name}/{x}" for name in self.blob_offsets for x in ("ends", "bytes")]
            self._extents = {name: _extent(file, name) for name in names}

    def _opened(self) -> h5py.File:
        # a shard never changes, so it needs no lock, and network disks often have none
        return h5py.File(self.path, "r", locking=False)

    def open(self) -> h5py.File:
        """The file as this process has it open. A handle from before a fork is never read from."""
        if self._file is None or self._pid != os.getpid():
            self._file, self._pid = self._opened(), os.getpid()
        return self._file

    def close(self) -> None:
        """Close it in this process; reading opens it again."""
        if self._file is not None and self._pid == os.getpid():
            self._file.close()
        self._file = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_file": None}

    def read(self, name: str, start: int, stop: int) -> np.ndarray:
        """Rows `start` to `stop` of an array: one read into place, as the file has it in one piece.

        Raises ShardError where the file has become shorter since it was opened.
        """
        offset, shape, dtype = self._extents[name]
        rows = np.empty((stop - start, *shape), dtype)
        if not rows.size:
            return rows
        file, left = self.open().id.get_vfd_handle(), rows.reshape(-1).view(np.uint8)
        at = offset + start * (rows.nbytes // len(rows))
        while len(left):
            count = os.preadv(file, [left], at)  # pyright: ignore[reportArgumentType] - is a buffer
            if not count:
                raise ShardError(f"{self.path} was cut off while it was read")
            left, at = left[count:], at + count
        return rows

    def record(self, index: int, start: int = 0, stop: int | None = None) -> Record:
        """Clip number `index`, or its rows from `start` to `stop` as a slice would give them."""
        a, b = int(self.offsets[index]), int(self.offsets[index + 1])
        first, last, _ = slice(start, stop).indices(b - a)
        lo, hi = a + first, a + max(first, last)
        columns = {name: self.read(f"rows/{name}", lo, hi) for name in self.columns}
        blobs = {name: self._blob(name, index, lo, hi) for name in self.blob_offsets}
        known = self.contents[index] if (lo, hi) == (a, b) else ""
        return Record(self.clips[index], self.sources[index], columns, blobs, known)

    def _blob(self, name: str, index: int, lo: int, hi: int) -> tuple[np.ndarray, Stretch]:
        """Where the bytes of rows lo to hi end, and those bytes; their first is number 0."""
        before = lo > self.offsets[index]
        ends = self.read(f"blobs/{name}/ends", lo - before, hi)
        skipped = int(ends[0]) if before else 0
        ends = ends[1:] - skipped if before else ends
        begin = int(self.blob_offsets[name][index]) + skipped
        size = int(ends[-1]) if len(ends) else 0
        return ends, Stretch(self, f"blobs/{name}/bytes", begin, begin + size)


class Stretch:
    """Some bytes of a shard, read when they are sliced: the pictures of a clip may be many."""

    dtype = np.dtype(np.uint8)

    def __init__(self, shard: Shard, name: str, begin: int, end: int):
        self._shard, self._name, self._begin, self.shape = shard, name, begin, (end - begin,)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, part: slice) -> np.ndarray:
        a, b, step = part.indices(len(self))
        if step != 1:
            raise ValueError(f"bytes of a shard come in consecutive slices, got step {step}")
        return self._shard.read(self._name, self._begin + a, self._begin + max(a, b))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype)


def _extent(file: h5py.File, name: str) -> tuple[int, tuple[int, ...], np.dtype]:
    """Where an array begins in its file, the shape of a row, and the type of its numbers."""
    x: Any = file[name]
    return int(x.id.get_offset() or 0), x.shape[1:], x.dtype  # no offset: an array without rows


def array(file: h5py.File, name: str, start: int = 0, stop: int | None = None) -> np.ndarray:
    """Rows `start` to `stop` of a dataset, as they lie in the file."""
    return np.asarray(file[name][start:stop])  # pyright: ignore[reportIndexIssue] - no stubs for it


def group(file: h5py.File, name: str) -> list[str]:
    """The names in a group; none if there is no such group."""
    return list(file[name]) if name in file else []  # pyright: ignore[reportArgumentType] - as above
