"""Which files are tables, by their suffix, and how each is opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EIO, EMFILE, ENFILE, ENOENT, ENOMEM, ESTALE, ETIMEDOUT
from pathlib import Path

from features.nearest import nearest
from features.shards.record import ShardError
from features.signals.reading.arrays import Arrays
from features.signals.reading.columns import Source, TableError
from features.signals.reading.delimited import Delimited
from features.signals.reading.hdf5 import foreign
from features.signals.reading.numpy_files import npy_file, npz_file

TEXTS = (".csv", ".tsv", ".txt")
HDF5 = (".h5", ".hdf5")
SUFFIXES = (*TEXTS, ".parquet", ".npy", ".npz", *HDF5)


def opened(file: Path, delimiter: str | None = None) -> Source:
    """A table, open to be read. Raises TableError."""
    suffix = file.suffix.lower()
    if suffix in TEXTS:
        return Delimited(file, delimiter)
    if suffix == ".parquet":
        # Arrow takes longer to load than most tables take to be read
        from features.signals.reading.parquet import Parquet

        return Parquet(file)
    if suffix in HDF5:
        return Arrays(file, foreign(file))
    if suffix in (".npy", ".npz"):
        return npy_file(file) if suffix == ".npy" else npz_file(file)
    raise TableError(f"{file}: {no_reader(suffix)}")


PASSING = (EIO, ESTALE, ETIMEDOUT, EMFILE, ENFILE, ENOMEM, ENOENT)  # another time it may work


@contextmanager
def readable(file: Path) -> Iterator[None]:
    """Inside it, what goes wrong with reading a file is a TableError.

    But what is no fault of the file, a disk that fails or too many open files, stays an OSError.
    """
    try:
        yield
    except (OSError, ShardError) as error:
        if isinstance(error, OSError) and error.errno in PASSING:
            raise
        text = str(error)
        where = "" if str(file) in text else f"{file} cannot be read: "
        raise TableError(f"{where}{text}") from error


def no_reader(suffix: str) -> str:
    """The sentence for a suffix that nothing reads."""
    return (
        f"no table ends in {suffix!r}; those that are read end in: "
        f"{', '.join(SUFFIXES)}{nearest(suffix, SUFFIXES)}"
    )
