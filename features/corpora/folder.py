"""The default corpus: a folder of media with labels and transcripts beside it.

<path>/media/                          media anywhere below; without media/, below <path> itself
<path>/labels/<id>.csv                 time,valence,arousal   (seconds; a column for each target)
<path>/labels.csv                      or one table: clip,time,valence,arousal
<path>/transcripts/<id>.<suffix>       TextGrid, json, ctm, csv, eaf, vtt, srt, tsv, ass or ssa; or
                                       txt without times; or beside the media file
<path>/clips.csv                       optional: clip,subject,split (train, val, test or empty)
                                       and, for clips that are part of a file, media,start,end

A clip's id is its path below the media folder, without suffix, separators written "__".
Without clips.csv, or without a row in it, a clip is its own subject and its split undecided.
A row with `media` (the id or path of a file) makes a clip of any name of it, from `start` to `end`
(s); the file is then no clip itself, unless it has a row. Labels count from the start of the
clip, transcripts, which are called after the file, from the start of the file.
Columns of labels are those of `targets` in params.yaml, with values in its ranges; a table may have
some of them, in any order, and others beside them, and cells may be empty.
Of several transcripts of a clip the one in transcripts/ is read, then the first suffix above; if
there is none of its name, the only <id>.<language>.vtt or .srt, or <media file>.<suffix>. Every
other file is listed as not read, but for those about the corpus (README, LICENSE, checksums, ...).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from features.corpora.reading.annotations import Annotations
from features.corpora.reading.beside import strays
from features.corpora.reading.clips import check_leaks, read_clips
from features.corpora.reading.columns import columns_of
from features.corpora.reading.labels import LabelReader
from features.corpora.reading.media import files_below, usable_media
from features.corpora.reading.scale import scale_of
from features.corpora.reading.stretches import Stretch, read_stretches
from features.corpora.reading.transcript_of import Said, transcript_of
from features.corpora.reading.transcripts import Transcripts
from features.corpora.reading.unread import counted
from features.corpus import Candidate, CorpusError, Rejection, in_order
from features.labels import Ranges
from features.nearest import nearest
from features.track import Track

LAYOUT = (__doc__ or "").split("\n", 2)[-1]  # what an error shows; empty under python -OO
NOT_MEDIA = frozenset({"labels", "transcripts", "labels.csv", "clips.csv"})


@dataclass(frozen=True)
class Folder:
    """The corpus in one folder."""

    path: Path
    reader: LabelReader

    def listing(self) -> tuple[list[Candidate], list[Rejection]]:
        """Every clip of the folder, and what was turned away or is not read, as `in_order`.

        Raises CorpusError if there is no media, if clips.csv cannot be read, or if it puts one
        subject in two splits.
        """
        media, unusable = usable_media(self._root, self._files)
        if not media and not unusable:
            there = f", only {counted(self._files)}" if self._files else ""
            raise CorpusError(
                f"no media below {self._root}{there}. A corpus is laid out as\n{LAYOUT}"
            )
        index, known = self.path / "clips.csv", {*media, *(r.clip for r in unusable)}
        parts, bad, cut = read_stretches(index, media) if index.exists() else ({}, [], set())
        named = {*known, *parts, *(r.clip for r in bad)}
        assigned, refused = read_clips(index, named) if index.exists() else ({}, [])
        names = {*parts, *assigned, *(media.keys() - cut)}
        refused += unusable + bad
        clips: list[Candidate] = []
        read: dict[str, Path] = {}
        for name in sorted(names - {r.clip for r in refused}):
            part, file = parts.get(name, Stretch(name)), media.get(name)
            try:
                said = self._said(name, part, media)
                subject, split = assigned.get(name, (name, None))
                subject = part.media if subject == name else subject  # one file, one person
                source, cut_at = media[part.media], (part.start, part.end)
                clip = Candidate(name, source, subject, split, said.timed, *cut_at, said.words)
            except CorpusError as error:
                refused.append(Rejection(name, file or media[part.media], str(error)))
                continue
            clips.append(clip)
            if said.file and said.flaw:  # it costs the words, and not the clip
                refused.append(Rejection(None, said.file, said.flaw))
            if said.file:
                read[name] = said.file
                read.setdefault(part.media, said.file)
        check_leaks(clips, index)
        refused += self._annotations.without_clip(names | known - cut, cut)
        refused += self._transcripts.without_media(named, set(read.values()))
        return clips, in_order([*refused, *self._unread(read, media)])

    def labels(self, clip_id: str, targets: Ranges) -> dict[str, Track]:
        """The labels of one clip: id -> {target: Track (T, 1)}, of those targets that it has.

        Raises CorpusError naming file and line.
        """
        return self._annotations.of(clip_id, targets)

    def targets(self) -> list[str]:
        """What the tables of labels have columns of."""
        return self._annotations.targets()

    def _said(self, name: str, part: Stretch, media: Mapping[str, Path]) -> Said:
        if name in media and part.media != name:
            raise CorpusError(
                f"clip {name!r} is cut from {part.media!r}, but is the id of this file, too; call "
                "it otherwise"
            )
        return transcript_of(self._transcripts, name, part, media[part.media])

    def _unread(self, read: Mapping[str, Path], media: Mapping[str, Path]) -> list[Rejection]:
        """Every file that nothing reads.

        read  {id of a clip, or of media that clips are cut from: its transcript}
        """
        scripts = self._transcripts
        found = [*scripts.second(read, media), *scripts.unknown(), *self._annotations.unknown()]
        return found + strays(self.path, self._root, self._files, scripts, set(read.values()))

    @property
    def _root(self) -> Path:
        media = self.path / "media"
        return media if media.is_dir() else self.path

    @cached_property
    def _files(self) -> list[Path]:
        return list(files_below(self._root, NOT_MEDIA if self._root == self.path else frozenset()))

    @cached_property
    def _transcripts(self) -> Transcripts:
        return Transcripts(self.path / "transcripts", beside=self._files)

    @cached_property
    def _annotations(self) -> Annotations:
        return Annotations(self.path, self.reader)


def build(
    *,
    path: str,
    unlabelled: float | None = None,
    scale: Sequence[float] | None = None,
    lag_s: float = 0.0,
    smooth_s: float | None = None,
    columns: Mapping[str, str] | None = None,
) -> Folder:
    """The corpus in the folder `path`; raises CorpusError if there is no such folder.

    unlabelled  a value that means 'not annotated', beside an empty cell and NaN
    scale       [low, high] that raters rated in, null: values are in the range of their target
    lag_s       by which raters are late; smooth_s  window of a moving average, null: none
    columns     {target: column} of targets whose column has another name
    """
    folder = Path(path)
    if not folder.exists():
        siblings = folder.parent.iterdir() if folder.parent.is_dir() else ()
        near = nearest(folder.name, (s.name for s in siblings if s.is_dir()))
        raise CorpusError(f"no corpus folder {folder}{near}")
    if not folder.is_dir():
        raise CorpusError(f"the corpus must be a folder, got the file {folder}")
    raw = None if scale is None else scale_of(scale)
    return Folder(folder, LabelReader(unlabelled, raw, lag_s, smooth_s, columns_of(columns)))
