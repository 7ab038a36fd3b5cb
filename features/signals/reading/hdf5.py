"""Plain arrays of somebody else's HDF5 file, which is no shard."""

from __future__ import annotations

from pathlib import Path

import h5py
import h5py.h5o
import numpy as np

from features.shards.record import ShardError

RATIO = 1032  # how many times smaller deflate makes its best case: what claims more is damaged
PLAIN = "biuf"  # numbers; everything else is listed, and not read


def foreign(path: Path) -> dict[str, ForeignArray]:
    """The arrays of an HDF5 file, {path inside it: array}, in byte order of their names.

    Links inside the file are not followed. Raises ShardError where the file is damaged, or where
    something of it lies in other files: an external link, a virtual or an external array.
    """
    names: list[bytes] = []
    found = {}
    try:
        with h5py.File(path, "r", locking=False) as file:
            file.id.links.visit(names.append)
            for name in sorted(names):
                if isinstance(link := file.get(name, getlink=True), h5py.ExternalLink):
                    raise _elsewhere(path, name, f"a link into {link.filename}")
                if not isinstance(link, h5py.HardLink):
                    continue
                if isinstance(array := h5py.h5o.open(file.id, name), h5py.h5d.DatasetID):
                    found[name.decode()] = _array(path, name, array)
    except ShardError:
        raise
    except (OSError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise ShardError(f"{path} cannot be read as HDF5: {error}") from error
    return found


class ForeignArray:
    """An array of somebody's file, whose rows are read when they are sliced."""

    def __init__(self, path: Path, name: str, shape: tuple[int, ...], dtype: np.dtype):
        self._path, self._name, self.shape, self.dtype = path, name, shape, dtype

    def __getitem__(self, part: slice) -> np.ndarray:
        if self.dtype.kind not in PLAIN:
            raise ShardError(f"{self._path}: {self._name} holds no numbers but {self.dtype}")
        try:
            with h5py.File(self._path, "r", locking=False) as file:
                return np.asarray(h5py.Dataset(h5py.h5o.open(file.id, self._name.encode()))[part])
        except (OSError, RuntimeError, KeyError, TypeError, ValueError) as error:
            raise ShardError(f"{self._path} cannot be read at {self._name}: {error}") from error


def _array(path: Path, name: bytes, array: h5py.h5d.DatasetID) -> ForeignArray:
    """Raises ShardError for an array that lies elsewhere or claims more than there is."""
    plan = array.get_create_plist()
    if plan.get_layout() == h5py.h5d.VIRTUAL or plan.get_external_count():
        raise _elsewhere(path, name, "an array whose rows lie in other files")
    shape, dtype = array.shape or (), array.dtype
    claimed = dtype.itemsize * int(np.prod(shape, dtype=object))
    there = min(array.get_storage_size(), path.stat().st_size)
    if dtype.kind in PLAIN and shape and claimed > RATIO * there:
        raise ShardError(f"{path}: {name.decode()} claims {claimed} bytes and has {there}")
    return ForeignArray(path, name.decode(), shape, dtype)


def _elsewhere(path: Path, name: bytes, what: str) -> ShardError:
    return ShardError(
        f"{path}: {name.decode(errors='replace')} is {what}; only what lies in the file itself is "
        "read, since nothing else is known to be what it was"
    )
