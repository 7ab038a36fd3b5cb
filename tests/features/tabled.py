"""Small tables as people have them, of which every number is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.signals.table import build
from features.track import Track

Table = Mapping[str, Sequence]


def text(file: Path, table: Table, mark: str = ",", decimal: str = ".", space: str = "") -> Path:
    """A table of text: what parts its cells, what marks decimals, what comes before a cell."""
    file.parent.mkdir(parents=True, exist_ok=True)
    cells = ([str(x).replace(".", decimal) for x in column] for column in table.values())
    rows = [list(table), *map(list, zip(*cells, strict=True))]
    file.write_text("".join(f"{mark}{space}".join(row) + "\n" for row in rows), encoding="utf-8")
    return file


def as_csv(file: Path, table: Table) -> Path:
    return text(file.with_suffix(".csv"), table)


def as_spaced(file: Path, table: Table) -> Path:
    return text(file.with_suffix(".csv"), table, space=" ")


def as_tsv(file: Path, table: Table) -> Path:
    return text(file.with_suffix(".tsv"), table, "\t")


def as_semicolons(file: Path, table: Table) -> Path:
    return text(file.with_suffix(".txt"), table, ";", ",")


def as_marked(file: Path, table: Table) -> Path:
    """UTF-8 with a byte order mark and the line ends of Windows."""
    where = text(file.with_suffix(".csv"), table)
    where.write_bytes(b"\xef\xbb\xbf" + where.read_bytes().replace(b"\n", b"\r\n"))
    return where


def as_utf16(file: Path, table: Table) -> Path:
    where = text(file.with_suffix(".csv"), table)
    where.write_text(where.read_text(encoding="utf-8"), encoding="utf-16")
    return where


def as_parquet(file: Path, table: Table) -> Path:
    pq.write_table(
        pa.table({name: list(x) for name, x in table.items()}), file.with_suffix(".parquet")
    )
    return file.with_suffix(".parquet")


def as_npz(file: Path, table: Table) -> Path:
    np.savez(file.with_suffix(".npz"), **{name: np.asarray(x) for name, x in table.items()})  # pyright: ignore[reportArgumentType]
    return file.with_suffix(".npz")


def as_hdf5(file: Path, table: Table) -> Path:
    with h5py.File(file.with_suffix(".h5"), "w") as out:
        for name, x in table.items():
            out.create_dataset(name, data=np.asarray(x))
    return file.with_suffix(".h5")


WRITTEN = {
    "csv": as_csv,
    "comma and space": as_spaced,
    "tsv": as_tsv,
    "semicolons, decimal comma": as_semicolons,
    "byte order mark": as_marked,
    "utf-16": as_utf16,
    "parquet": as_parquet,
    "npz": as_npz,
    "hdf5": as_hdf5,
}


def rows(
    folder: Path, clip: str = "ann", media: Path | None = None, duration: float = 10.0, **options
) -> Track:
    """The Track of a whole clip by the tables in a folder."""
    return build(path=str(folder), **options)(clip, media, 0.0, None, duration)


def same(one: Track, two: Track) -> bool:
    """Whether two Tracks have the same bytes."""
    pairs = zip((one.values, one.times, one.state), (two.values, two.times, two.state), strict=True)
    return all(a.tobytes() == b.tobytes() for a, b in pairs)
