"""The labels of a folder corpus: a file for each clip, or one table for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from features.corpora.reading.labels import LabelReader
from features.corpora.reading.media import files_below, id_of
from features.corpora.reading.suffixes import why_unread
from features.corpora.reading.tables import Row, header_of, read_table
from features.corpora.reading.unread import named_once
from features.corpus import CorpusError, Rejection, composed
from features.labels import Ranges
from features.nearest import nearest_of_each
from features.track import Track


class Annotations:
    """The labels in <path>/labels/ or <path>/labels.csv."""

    def __init__(self, path: Path, reader: LabelReader) -> None:
        self._folder, self._table = path / "labels", path / "labels.csv"
        self._reader = reader

    def of(self, clip: str, targets: Ranges) -> dict[str, Track]:
        """The labels of one clip: id -> {target: Track (T, 1)}, of those targets that it has.

        Raises CorpusError naming file and line.
        """
        if clip in self._files:
            first, *more = self._files[clip]
            if more:
                raise CorpusError(f"labels of {clip!r} are in {first} and {more[0]}; keep one")
            columns = tuple(self._reader.columns.of(targets).values())
            rows = read_table(first, ("time",), optional=columns)
            return self._reader.tracks(rows, targets)
        table, bad = self._rows
        for reason in (r.reason for r in bad if r.clip == clip):
            raise CorpusError(reason)
        return self._reader.tracks(table.get(clip, ()), targets)

    def targets(self) -> list[str]:
        """The targets that the tables have columns of, sorted."""
        files = [file for several in self._files.values() for file in several]
        files += [self._table] if self._table.exists() else []
        headers: list[Sequence[str]] = []
        for file in files:
            with suppress(CorpusError):  # what cannot be read is told of where it is read
                headers.append(header_of(file))
        return self._reader.columns.targets(headers)

    def without_clip(self, known: set[str], cut: set[str]) -> list[Rejection]:
        """The labels of clips that do not exist: a misspelt name must not leave a clip unlabelled.

        known  ids of the clips; cut  ids of files that are no clips, but cut into some
        """
        files, (rows, bad) = self._files, self._rows
        ids = [*rows, *(r.clip for r in bad if r.clip is not None)]
        where = {**files, **{clip: [self._table] for clip in ids}}
        return [
            Rejection(
                clip,
                file,
                f"labels for {clip!r}, of which clips.csv makes clips; label each from its start"
                if clip in cut
                else f"labels for clip {clip!r}, which has no media{near}",
            )
            for clip, near in nearest_of_each(sorted(where.keys() - known), known)
            for file in where[clip]
        ]

    def unknown(self) -> list[Rejection]:
        """Files of the labels folder that are no tables of labels."""
        read = {file for files in self._files.values() for file in files}
        others = (
            [f for f in files_below(self._folder) if f not in read] if self._folder.is_dir() else []
        )
        why = {file: why_unread(file, "labels, which are .csv", (".csv",)) for file in others}
        return named_once(self._folder, why, read)

    @cached_property
    def _files(self) -> Mapping[str, list[Path]]:
        if not self._folder.is_dir():
            return {}
        if self._table.exists():
            where = f"{self._folder} and {self._table}"
            raise CorpusError(f"labels are both in {where}; keep one of them")
        found: dict[str, list[Path]] = defaultdict(list)
        for file in files_below(self._folder):
            if file.suffix.lower() == ".csv":
                found[id_of(self._folder, file)].append(file)
        return dict(found)

    @cached_property
    def _rows(self) -> tuple[Mapping[str, list[Row]], list[Rejection]]:
        """The rows of the table by clip, and those with too few or too many fields."""
        rows: dict[str, list[Row]] = defaultdict(list)
        bad: list[Rejection] = []
        if self._table.exists():
            for row in read_table(self._table, ("clip", "time"), bad=bad, distinct=True):
                rows[composed(row.cells["clip"])].append(row)
        return dict(rows), bad
