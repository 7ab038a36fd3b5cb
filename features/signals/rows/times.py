"""When the rows of a table are: by a column of times, by frame numbers, or by a rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.media.container import MediaError
from features.media.timestamps import frame_times
from features.signals.reading.columns import Columns, Source, TableError
from features.signals.rows.choice import present

STRAY = 10  # frames more than a decoder shows, as other decoders count them: left out
LONG_AFTER_S = 3600.0
UNITS = {"s": 1.0, "ms": 1000.0}  # of it in a second
Moments = Callable[[], np.ndarray]  # the times of a clip's frames, s


@dataclass(frozen=True)
class Stamps:
    """A column of times, or two, of where a row begins and ends, of which the middle counts.

    ways   the columns of a layout, in the order in which they are looked for
    unit   a key of UNITS; shift  s that are added
    """

    ways: tuple[tuple[str, ...], ...]
    unit: str
    shift: float
    reads_media = False  # whether the times are those of the clip's frames

    def columns(self, source: Source) -> tuple[str, ...]:
        """Those that a table has. Raises TableError where it has none."""
        for names in self.ways:
            if set(names) <= set(source.names):
                return names
        present(source, self.ways[0])
        return ()  # never: the first are not there

    def times(self, columns: Columns, names: Sequence[str], frames: Moments) -> np.ndarray:
        """float64 (T,), s."""
        scaled = (
            columns.numbers[name] / (1.0 if name in columns.clocks else UNITS[self.unit])
            for name in names
        )
        return _mean(list(scaled)) + self.shift


@dataclass(frozen=True)
class Frames:
    """A column of frame numbers, from `first` on: a row is at the moment its frame is shown."""

    column: str
    first: int
    shift: float
    reads_media = True

    def columns(self, source: Source) -> tuple[str, ...]:
        """The one column. Raises TableError where it is not there."""
        present(source, (self.column,))
        return (self.column,)

    def times(self, columns: Columns, names: Sequence[str], frames: Moments) -> np.ndarray:
        """float64 (T,), s, from presentation timestamps.

        Those of a few frames beyond the media are after its end. Raises TableError for others.
        """
        numbers = columns.numbers[self.column]
        if not len(numbers):
            return numbers
        moments = self._moments(columns.file, frames)
        index = numbers - self.first
        beyond = (index >= len(moments)) & (index < len(moments) + STRAY)
        wrong = np.flatnonzero(
            (index != np.floor(index)) | (index < 0) | ((index >= len(moments)) & ~beyond)
        )
        if wrong.size:
            row = int(wrong[0])
            last = len(moments) - 1 + self.first
            raise columns.error(
                row,
                f"{self.column} is {numbers[row]:g}, but the video has frames "
                f"{self.first} to {last}: the table is of another video, or first_frame is not "
                f"{self.first}; by a column of times: time: timestamp, unit: s",
            )
        found = moments[np.minimum(index, len(moments) - 1).astype(np.int64)]
        after = moments[-1] + LONG_AFTER_S + index - len(moments)  # it is cut off with the rest
        return np.where(beyond, after, found) + self.shift

    def _moments(self, file: Path, frames: Moments) -> np.ndarray:
        try:
            moments = frames()
        except MediaError as error:
            raise TableError(f"{file}: the media that its frames are of {error}") from error
        if not len(moments):
            raise TableError(
                f"{file}: its rows are of frames {self.column!r}, but the clip has no video that "
                "tells when they are shown; name a column of times under time"
            )
        return moments


@dataclass(frozen=True)
class Rate:
    """No column: row i is at `start` + i / `hz`."""

    hz: float
    start: float
    reads_media = False

    def columns(self, source: Source) -> tuple[str, ...]:
        """None."""
        return ()

    def times(self, columns: Columns, names: Sequence[str], frames: Moments) -> np.ndarray:
        """float64 (T,), s."""
        return self.start + np.arange(len(columns)) / self.hz


Way = Stamps | Frames | Rate


def frames_of(media: Path | None, start: float, end: float | None) -> np.ndarray:
    """When the frames of a stretch of a media file are shown, s from its start."""
    if media is None:
        return np.zeros(0)
    times = frame_times(media)
    return times[(times >= start) & (times < (np.inf if end is None else end))] - start


def _mean(columns: list[np.ndarray]) -> np.ndarray:
    return columns[0] if len(columns) == 1 else (columns[0] + columns[1]) / 2
