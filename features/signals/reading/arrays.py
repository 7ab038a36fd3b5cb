"""Tables in files of arrays: .npy, .npz and HDF5, nothing of which is unpickled."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from features.signals.reading.columns import Columns, TableError, finite, label

BLOCK = 1 << 22  # bytes read at a time


class Place(NamedTuple):
    """Where a column lies: the name of its array, and which column of it if it has several."""

    array: str
    column: int | None


class Arrays:
    """Arrays (T,) and (T, D) as columns: `name`, and `name_0` to `name_(D-1)`.

    Arrays of other shapes are not listed. They may be anything that has a dtype and a shape and
    slices like an array.
    """

    def __init__(self, file: Path, arrays: Mapping[str, Any]):
        self.file = file
        self._arrays = {name: x for name, x in arrays.items() if len(x.shape) in (1, 2)}
        self._places: dict[str, Place] = {}
        for name, x in self._arrays.items():
            for i in range(x.shape[1]) if len(x.shape) == 2 else (None,):
                self._add(name if i is None else f"{name}_{i}", Place(name, i))
        self.names = tuple(self._places)
        if not self.names:
            shapes = ", ".join(f"{name} {x.shape}" for name, x in arrays.items()) or "no array"
            raise TableError(f"{file}: expected arrays of shape (T,) or (T, D), got {shapes[:200]}")

    def _add(self, name: str, place: Place) -> None:
        if name in self._places:
            raise TableError(f"{self.file}: two arrays have a column {name!r}; rename one")
        self._places[name] = place

    def plain(self) -> Collection[str]:
        """The columns of arrays of numbers."""
        return [n for n, at in self._places.items() if self._arrays[at.array].dtype.kind in "biuf"]

    def read(
        self, numbers: Collection[str], clocks: Collection[str], labels: Collection[str]
    ) -> Columns:
        """See Source. Columns that are read together must be of one length."""
        names = [*dict.fromkeys([*numbers, *clocks, *labels])]
        rows = self._rows(names)
        found = {name: np.empty(rows) for name in names}
        for array in dict.fromkeys(self._places[name].array for name in names):
            self._fill(array, {n: x for n, x in found.items() if self._places[n].array == array})
        return Columns(
            self.file,
            {name: found[name] for name in dict.fromkeys([*numbers, *clocks])},
            {n: np.array([label(str(x)) for x in found[n].tolist()], np.str_) for n in labels},
            frozenset(n for n in clocks if self._dtype(n).kind == "m"),
            range(rows),
            "row",
        )

    def _dtype(self, name: str) -> np.dtype:
        return self._arrays[self._places[name].array].dtype

    def _rows(self, names: Collection[str]) -> int:
        """T, the length of some columns."""
        lengths = {name: self._arrays[self._places[name].array].shape[0] for name in names}
        if len(set(lengths.values())) > 1:
            one, other = (
                min(lengths, key=lengths.__getitem__),
                max(lengths, key=lengths.__getitem__),
            )
            raise TableError(
                f"{self.file}: columns must be of one length, but {one!r} has {lengths[one]} rows "
                f"and {other!r} {lengths[other]}"
            )
        for name in names:
            if self._dtype(name).kind not in "biufm":
                kind = self._dtype(name)
                raise TableError(
                    f"{self.file}, column {name!r}: expected numbers, got values of type {kind}"
                )
        return next(iter(lengths.values()), 0)

    def _fill(self, array: str, columns: Mapping[str, np.ndarray]) -> None:
        """Copy columns out of one array, some rows at a time."""
        x = self._arrays[array]
        step = max(1, BLOCK // max(1, x.dtype.itemsize * int(np.prod(x.shape[1:], dtype=int))))
        for a in range(0, x.shape[0], step):
            block = np.asarray(x[a : a + step])
            for name, into in columns.items():
                at = self._places[name].column
                part = block if at is None else block[:, at]
                if part.dtype.kind == "m":
                    part = part / np.timedelta64(1, "s")
                into[a : a + len(part)] = finite(part)
