"""Which rows of a table are of the clip."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.media.container import MediaError
from features.media.probing import probe
from features.signals.reading.columns import Columns, TableError
from features.signals.rows.times import Stamps, Way

OVER_S = 0.5  # by which rows may lie before or after: clocks differ, codecs pad


@dataclass(frozen=True)
class Stretch:
    """Where a clip is in what its table's times count from, s.

    start, end  of the clip; None: to the end of what there is
    duration    of the clip
    length      of what the times count from: the clip, or its whole media file
    """

    start: float
    end: float | None
    duration: float
    length: float

    @property
    def whole(self) -> bool:
        """Whether times count from the clip's own start."""
        return not self.start and self.end is None


def length_of(file: Path, media: Path | None) -> float:
    """How long the media of a table is, s. Raises TableError where nobody can tell."""
    if media is None:
        raise TableError(f"{file}: its times count from a media file, and the clip has none")
    try:
        return probe(media).duration
    except MediaError as error:
        raise TableError(f"{file}: {media} {error}") from error


def check_order(columns: Columns, times: np.ndarray) -> None:
    """Raises TableError naming the first line whose time is missing or not after the one before."""
    if (lost := np.flatnonzero(np.isnan(times))).size:
        raise columns.error(int(lost[0]), "has no time")
    if (late := np.flatnonzero(np.diff(times) <= 0)).size:
        row = int(late[0])
        raise columns.error(
            row + 1,
            f"times must increase, but {times[row + 1]:g} s comes after {times[row]:g} s",
        )


def within(columns: Columns, times: np.ndarray, way: Way, clip: Stretch) -> np.ndarray:
    """The rows of a clip, as bool (T,).

    Those of the whole of what times count from may lie OVER_S outside of it, those of a part of it
    are cut at its start and end. Raises TableError where most rows lie outside of the whole: then
    the times mean something else.
    """
    inside = (times >= -OVER_S) & (times <= clip.length + OVER_S)
    if 2 * np.count_nonzero(inside) < len(times):
        raise _elsewhere(columns, times, way, clip, int(np.count_nonzero(~inside)))
    _check_not_seconds(columns, times, way, clip)
    if clip.whole:
        return inside
    stop = clip.start + clip.duration + OVER_S if clip.end is None else clip.end
    return inside & (times >= clip.start) & (times < stop)


def _elsewhere(
    columns: Columns, times: np.ndarray, way: Way, clip: Stretch, count: int
) -> TableError:
    meant = times / 1000
    fits = np.count_nonzero((meant >= -OVER_S) & (meant <= clip.length + OVER_S))
    far = times[-1] - times[0] > 100 * clip.length  # in ms, they would be a tenth of the clip
    hint = ""
    if isinstance(way, Stamps) and way.unit == "s" and far and 2 * fits >= len(times):
        hint = "; times in ms taken for s? say unit: ms"
    return TableError(
        f"{columns.file}: {count} of {len(times)} rows lie outside of the {clip.length:g} s there "
        f"are, at {times[0]:g} to {times[-1]:g} s{hint}"
    )


def _check_not_seconds(columns: Columns, times: np.ndarray, way: Way, clip: Stretch) -> None:
    """Raises TableError where a table seems to be in s and was taken for one in ms."""
    if not isinstance(way, Stamps) or way.unit != "ms" or len(times) < 2:
        return
    span = 1000 * (times[-1] - times[0])
    if clip.length / 2 <= span and 1000 * times[-1] <= clip.length + OVER_S:
        raise TableError(
            f"{columns.file}: all {len(times)} rows lie within {times[-1]:g} s of "
            f"{clip.length:g} s; times in s taken for ms? say unit: s"
        )
