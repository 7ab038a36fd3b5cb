"""Tables as rows: found, read, and placed in time, one clip after another."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path

import numpy as np

from features.signals.reading.columns import Columns, TableError
from features.signals.reading.formats import opened, readable
from features.signals.rows.layout import Layout
from features.signals.rows.places import Places
from features.signals.rows.times import frames_of
from features.signals.rows.validity import states
from features.signals.rows.window import Stretch, check_order, length_of, within
from features.track import State, Track, nothing, track


class Tables:
    """The tables of a corpus: clip -> Track (T, D), one row for each of its table.

    A row without one of its numbers is MISSING, one that a rule refuses in the rule's state.
    TableError says what is wrong with one clip's table; other clips do not depend on it.
    """

    paths = ("path",)  # tables count by their bytes, wherever they lie
    libraries = ("h5py",)  # behind features.shards

    def __init__(self, places: Places, layout: Layout, delimiter: str | None):
        self._places, self._layout, self._delimiter = places, layout, delimiter

    @property
    def where(self) -> str:
        """Where tables are looked for."""
        return f"{self._places.folder}/{self._places.pattern}"

    @property
    def first(self) -> Path | None:
        """The first file, in order of paths, that could be somebody's table."""
        return next(iter(self._places.every()), None)

    @property
    def reads_media(self) -> bool:
        """Whether rows depend on the media's bytes beside the table's: times are of its frames."""
        return self._layout.way.reads_media

    def find(self, id: str, media: Path | None) -> Path | None:
        """The table of a clip; None: it has none. Raises TableError where there are two."""
        return self._places.find(id, media)

    def files(self, id: str, media: Path | None) -> list[Path]:
        """The files beside its media that decide a clip's rows: its table, if it has one."""
        found = self.find(id, media)
        return [found] if found else []

    def columns(self, file: Path) -> tuple[str, ...]:
        """The features of a table, in order, from its header or first rows. Raises TableError."""
        with readable(file):
            return self._layout.chosen(opened(file, self._delimiter))

    @cached_property
    def dim(self) -> int:
        """D, of the first table below the folder that can be used.

        Raises TableError where none can, with what is wrong with the first.
        """
        first: TableError | None = None
        for file in self._places.every():
            try:
                return len(self.columns(file))
            except TableError as error:
                first = first or error
        raise first or TableError(
            f"no table at all in {self._places.folder} that {self._places.pattern!r} finds"
        )

    def __call__(
        self, id: str, media: Path | None, start: float, end: float | None, duration: float
    ) -> Track:
        """The rows of a clip, from `start` to `end` (s; None: its end) of a media file, if any.

        duration  of the clip, s

        A clip without a table has no rows. Raises TableError.
        """
        file = self.find(id, media)
        return nothing(self.dim) if file is None else self.read(file, media, start, end, duration)

    def read(
        self, file: Path, media: Path | None, start: float, end: float | None, duration: float
    ) -> Track:
        """The rows of a clip as of `__call__`, from this table, wherever it lies."""
        by_media = self._places.by_media
        frames = partial(frames_of, media, *((0.0, None) if by_media else (start, end)))
        columns, names, placing = self._read(file)
        if by_media and (start or end is not None):
            clip = Stretch(start, end, duration, length_of(file, media))
        else:
            clip = Stretch(0.0, None, duration, duration)
        rows, state = self._kept(columns, placing)
        columns = columns if len(rows) == len(columns) else columns.at(rows)
        times = self._layout.way.times(columns, placing, frames)
        check_order(columns, times)
        values = self._values(columns, names)
        state[(state == State.OK) & np.isnan(values).any(axis=1)] = State.MISSING
        inside = within(columns, times, self._layout.way, clip)
        return track(values[inside], times[inside] - clip.start, state[inside])

    def _read(self, file: Path) -> tuple[Columns, tuple[str, ...], tuple[str, ...]]:
        """The columns of a table that are needed, those of features, and those that tell times."""
        meaning = self._layout
        with readable(file):
            source = opened(file, self._delimiter)
            names, placing = meaning.chosen(source), meaning.way.columns(source)
            numbers = tuple(dict.fromkeys([*names, *meaning.ruled]))
            return source.read(numbers, placing, meaning.labels), names, placing

    def _kept(self, columns: Columns, placing: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
        """One row a moment, int64 (T,), and by rules its state, uint8 (T,)."""
        state = states(columns, self._layout.rules)
        if self._layout.faces is None or not placing:
            return np.arange(len(columns)), state
        return self._layout.faces.one_a_moment(columns, columns.numbers[placing[0]], state)

    def _values(self, columns: Columns, names: tuple[str, ...]) -> np.ndarray:
        """Features (T, D), NaN where there is no number."""
        values = np.empty((len(columns), len(names)), np.float32)
        for i, name in enumerate(names):
            x = columns.numbers[name]
            x = np.where(np.isin(x, self._layout.missing), np.nan, x)
            if (large := np.flatnonzero(np.abs(x) > np.finfo(np.float32).max)).size:
                row = int(large[0])
                raise columns.error(row, f"{name} is {x[row]:g}, beyond single precision")
            values[:, i] = x
        return values
