"""NumPy's files, .npy and .npz, whose arrays are not larger than the bytes that are there."""

from __future__ import annotations

import zipfile
import zlib
from functools import cached_property
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.lib import format as npy

from features.signals.reading.arrays import Arrays
from features.signals.reading.columns import TableError

VALUES = "values"  # the name of the one array of an .npy
RATIO = 1032  # how many times smaller deflate makes its best case: what claims more is damaged
READ_HEADER = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
DAMAGED = (
    *(ValueError, OSError, EOFError, KeyError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, TokenError),  # the last of headers that are no Python
)


def npy_file(file: Path) -> Arrays:
    """The columns of an .npy, as if it were an .npz with the one array `values`."""
    try:
        if not file.stat().st_size:
            raise ValueError("it is empty")
        array: Any = np.load(file, mmap_mode="r", allow_pickle=False)
        if not isinstance(array, np.ndarray):
            raise ValueError("it holds several arrays; name it .npz")
    except DAMAGED as error:
        raise TableError(f"{file} cannot be read as .npy: {error}") from error
    return Arrays(file, {VALUES: array})


def npz_file(file: Path) -> Arrays:
    """The columns of the arrays of an .npz."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
            arrays = {info.filename[:-4]: Member(file, archive, info) for info in members}
    except DAMAGED as error:
        raise TableError(f"{file} cannot be read as .npz: {error}") from error
    return Arrays(file, arrays)


class Member:
    """An array of an .npz, read as a whole when it is first sliced."""

    def __init__(self, file: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo):
        self._file, self._name = file, info.filename
        with archive.open(info) as stream:
            version = npy.read_magic(stream)
            if version not in READ_HEADER:
                raise ValueError(f"{info.filename} is of version {version} of .npy")
            self.shape, _, self.dtype = READ_HEADER[version](stream)
            claimed = stream.tell() + self.dtype.itemsize * int(np.prod(self.shape, dtype=object))
        there = min(info.compress_size, file.stat().st_size)
        if not self.dtype.hasobject and (
            claimed != info.file_size or info.file_size > RATIO * (there + 1)
        ):
            raise ValueError(f"{info.filename} claims {claimed} bytes, which are not there")

    @cached_property
    def _array(self) -> np.ndarray:
        try:
            with zipfile.ZipFile(self._file) as archive, archive.open(self._name) as stream:
                return npy.read_array(stream, allow_pickle=False)
        except DAMAGED as error:
            raise TableError(f"{self._file} cannot be read at {self._name}: {error}") from error

    def __getitem__(self, part: slice) -> np.ndarray:
        return self._array[part]
