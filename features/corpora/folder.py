"""The default corpus: a folder of media with labels and transcripts beside it.

<path>/media/                          media anywhere below; without media/, below <path> itself
<path>/labels/<id>.csv                 time,valence,arousal   (seconds, [-1, 1])
<path>/labels.csv                      or one table: clip,time,valence,arousal
<path>/transcripts/<id>.<suffix>       srt, vtt, json, TextGrid or csv; or beside the media file
<path>/clips.csv                       optional: clip,subject,split (train, val, test or empty)

A clip's id is its path below the media folder, without suffix, separators written "__".
Without clips.csv, or without a row in it, a clip is its own subject and its split undecided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from features.corpora._clips import check_leaks, read_clips
from features.corpora._labels import label_track
from features.corpora._media import Transcripts, files_below, id_of, usable_media
from features.corpora._tables import Row, read_table
from features.corpus import Candidate, CorpusError, Rejection, composed, nearest, nearest_of_each
from features.track import Track

LAYOUT = (__doc__ or "").split("\n", 2)[-1]  # what an error shows; empty under python -OO
NOT_MEDIA = frozenset({"labels", "transcripts", "labels.csv", "clips.csv"})


@dataclass(frozen=True)
class Folder:
    """The corpus in one folder; `unlabelled` is a value that means 'not annotated'."""

    path: Path
    unlabelled: float | None

    def listing(self) -> tuple[list[Candidate], list[Rejection]]:
        """Every clip of the folder, and what was turned away, each sorted by clip id.

        Raises CorpusError if there is no media, if clips.csv cannot be read, or if it puts one
        subject on two sides of the split.
        """
        files = self._files
        media, unusable = usable_media(self._root, files)
        if not media and not unusable:
            raise CorpusError(f"no media below {self._root}. A corpus is laid out as\n{LAYOUT}")
        index = self.path / "clips.csv"
        known = {*media, *(r.clip for r in unusable)}
        said, refused = read_clips(index, known) if index.exists() else ({}, [])
        unused = self._labels_without_media(known)
        transcripts = Transcripts(self.path / "transcripts", beside=files)
        turned_away = {r.clip for r in refused}
        clips = [
            Candidate(name, file, *said.get(name, (name, None)), transcripts.of(name, file))
            for name, file in sorted(media.items())
            if name not in turned_away
        ]
        check_leaks(clips, index)
        return clips, sorted(unusable + refused + unused, key=lambda r: (r.clip, r.file))

    def labels(self, clip_id: str) -> Track | None:
        """One clip's annotation: id -> Track (T, 2), valence then arousal; None without any.

        Raises CorpusError naming file and line.
        """
        if clip_id in self._label_files:
            rows = read_table(self._label_files[clip_id], ("time", "valence", "arousal"))
            return label_track(rows, self.unlabelled)
        rows = self._label_table.get(clip_id)
        return None if rows is None else label_track(rows, self.unlabelled)

    @property
    def _root(self) -> Path:
        media = self.path / "media"
        return media if media.is_dir() else self.path

    @property
    def _files(self) -> list[Path]:
        return list(files_below(self._root, NOT_MEDIA if self._root == self.path else frozenset()))

    def _labels_without_media(self, known: set[str]) -> list[Rejection]:
        """A misspelt label file would otherwise leave its clip unlabelled without a word."""
        where = {**self._label_files, **dict.fromkeys(self._label_table, self.path / "labels.csv")}
        return [
            Rejection(clip, where[clip], f"labels for clip {clip!r}, which has no media{near}")
            for clip, near in nearest_of_each(sorted(where.keys() - known), known)
        ]

    @cached_property
    def _label_files(self) -> Mapping[str, Path]:
        folder = self.path / "labels"
        if not folder.is_dir():
            return {}
        if (self.path / "labels.csv").exists():
            raise CorpusError(f"labels are both in {folder} and {folder}.csv; keep one of them")
        return {id_of(folder, f): f for f in files_below(folder) if f.suffix.lower() == ".csv"}

    @cached_property
    def _label_table(self) -> Mapping[str, list[Row]]:
        table: dict[str, list[Row]] = defaultdict(list)
        if (self.path / "labels.csv").exists():
            columns = ("clip", "time", "valence", "arousal")
            for row in read_table(self.path / "labels.csv", columns):
                table[composed(row.cells["clip"])].append(row)
        return dict(table)


def build(*, path: str, unlabelled: float | None = None) -> Folder:
    """The corpus in the folder `path`; raises CorpusError if there is no such folder."""
    folder = Path(path)
    if not folder.exists():
        siblings = folder.parent.iterdir() if folder.parent.is_dir() else ()
        near = nearest(folder.name, (s.name for s in siblings if s.is_dir()))
        raise CorpusError(f"no corpus folder {folder}{near}")
    if not folder.is_dir():
        raise CorpusError(f"the corpus must be a folder, got the file {folder}")
    return Folder(folder, unlabelled)
