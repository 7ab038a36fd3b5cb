"""clips.csv: clips that are a stretch of a longer file, by its columns media, start and end."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from features.corpora.reading.tables import Row, read_table
from features.corpus import CorpusError, Rejection, composed
from features.nearest import nearest


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a media file, by id, from start to end (s); an end of None is the file's."""

    media: str
    start: float = 0.0
    end: float | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is cut off."""
        return not self.start and self.end is None


def read_stretches(
    file: Path, media: Collection[str]
) -> tuple[dict[str, Stretch], list[Rejection], set[str]]:
    """The stretches of clips.csv, by clip id, rows that cannot be followed, the media they name.

    media  ids of the files there are. Rows without any of the three cells are none.
    Raises CorpusError where the table cannot be read.
    """
    found: dict[str, Stretch] = {}
    rejected: list[Rejection] = []
    named: set[str] = set()
    for row in read_table(file, ("clip",), bad=[]):  # `read_clips` tells of those
        clip = composed(row.cells["clip"])
        given = composed(row.cells.get("media", ""))
        source = _id(given, media) if given else clip
        if not any(row.cells.get(column) for column in ("media", "start", "end")):
            continue
        named.add(source)
        try:
            found[clip] = _stretch(row, source, media)
        except CorpusError as error:
            rejected.append(Rejection(clip, file, str(error)))
    return found, rejected, named


def _id(given: str, media: Collection[str]) -> str:
    """The id of a file that is named by its id, or by its path below the media folder."""
    flat = given.replace("\\", "/").replace("/", "__")
    return next((name for name in (flat, flat.rpartition(".")[0]) if name in media), flat)


def _stretch(row: Row, source: str, media: Collection[str]) -> Stretch:
    if source not in media:
        near = nearest(source, media) or nearest(source.rpartition(".")[0], media)
        raise row.error(f"no media {source!r}{near}")
    start = _seconds(row, "start") or 0.0
    end = _seconds(row, "end")
    if end is not None and end <= start:
        raise row.error(f"end must come after start, got {start:g} s to {end:g} s")
    return Stretch(source, start, end)


def _seconds(row: Row, column: str) -> float | None:
    if not row.cells.get(column):
        return None
    seconds = row.number(column)
    if not (math.isfinite(seconds) and seconds >= 0):
        raise row.error(f"{column} must be 0 s or later, got {row.cells[column]!r}")
    return seconds
