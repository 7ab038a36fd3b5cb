"""The labels of a folder corpus: a file for each clip, or one table for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from features.corpora.reading.labels import DIMENSIONS, LabelReader
from features.corpora.reading.media import files_below, id_of
from features.corpora.reading.tables import Row, read_table
from features.corpus import CorpusError, Rejection, composed
from features.nearest import nearest_of_each
from features.track import Track

COLUMNS = ("time", *DIMENSIONS)


class Annotations:
    """The labels in <path>/labels/ or <path>/labels.csv."""

    def __init__(self, path: Path, reader: LabelReader) -> None:
        self._folder, self._table = path / "labels", path / "labels.csv"
        self._reader = reader

    def of(self, clip: str) -> Track | None:
        """The labels of one clip: id -> Track (T, 2), valence then arousal; None without any.

        Raises CorpusError naming file and line.
        """
        if clip in self._files:
            return self._reader.track(read_table(self._files[clip], COLUMNS))
        rows, bad = self._rows
        for reason in (r.reason for r in bad if r.clip == clip):
            raise CorpusError(reason)
        return self._reader.track(rows[clip]) if clip in rows else None

    def without_clip(self, known: set[str], cut: set[str]) -> list[Rejection]:
        """The labels of clips that do not exist: a misspelt name must not leave a clip unlabelled.

        known  ids of the clips; cut  ids of files that are no clips, but cut into some
        """
        files, (rows, bad) = self._files, self._rows
        where = {**files, **dict.fromkeys([*rows, *(r.clip for r in bad)], self._table)}
        return [
            Rejection(
                clip,
                where[clip],
                f"labels for {clip!r}, of which clips.csv makes clips; label each from its start"
                if clip in cut
                else f"labels for clip {clip!r}, which has no media{near}",
            )
            for clip, near in nearest_of_each(sorted(where.keys() - known), known)
        ]

    @cached_property
    def _files(self) -> Mapping[str, Path]:
        if not self._folder.is_dir():
            return {}
        if self._table.exists():
            where = f"{self._folder} and {self._table}"
            raise CorpusError(f"labels are both in {where}; keep one of them")
        files = files_below(self._folder)
        return {id_of(self._folder, f): f for f in files if f.suffix.lower() == ".csv"}

    @cached_property
    def _rows(self) -> tuple[Mapping[str, list[Row]], list[Rejection]]:
        """The rows of the table by clip, and those with too few or too many fields."""
        rows: dict[str, list[Row]] = defaultdict(list)
        bad: list[Rejection] = []
        if self._table.exists():
            for row in read_table(self._table, ("clip", *COLUMNS), bad=bad):
                rows[composed(row.cells["clip"])].append(row)
        return dict(rows), bad
