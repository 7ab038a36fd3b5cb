"""MuSe-CaR and Ulm-TSST, as the MuSe challenges give them out: a fused trace of each target.

Requested with an EULA signed by permanent academic staff, for research within the challenge's
guidelines, without the right to pass anything on: www.muse-challenge.org

<path>/metadata/partition.csv               Id,Proposal (or Partition): train, devel or test
<path>/label_segments/<target>/<Id>.csv     timestamp,segment_id,value: ms from the start of the
                                            recording, and [-1, 1]; target is valence, arousal,
                                            trustworthiness, physio-arousal, ...
<path>/raw_data/video/<Id>.mp4              with sound; where there is none,
<path>/raw_data/audio/<Id>.wav
<path>/transcripts/<Id>.<suffix>            optional: srt, vtt, json, TextGrid, ctm or csv

A recording may have some of the targets, each at times of its own; [-1, 1] becomes the range of
the target.

Labels come at 4 or 2 Hz, so grid.labels needs {how: linear, largest_gap_s: 0.25} or 0.5 to reach
every step between them. Between segments there are none, and nothing is put there.

Assumed, as the data could not be had: that an Id is a recording and times are of all of it, not of
a segment. People are not named, so each recording is its own subject; the official partition is
said to keep speakers apart.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from features.corpora.reading.labels import LabelReader, with_rows
from features.corpora.reading.named import folder_of, media_in, not_media, tables_in, unusable
from features.corpora.reading.scale import UNIT
from features.corpora.reading.tables import Row, read_table
from features.corpora.reading.traces import trace
from features.corpora.reading.transcripts import Transcripts
from features.corpus import Candidate, Rejection, composed, in_order
from features.labels import Range, Ranges
from features.nearest import nearest, nearest_of_each
from features.track import Track

LAYOUT = (__doc__ or "").split("\n", 2)[-1]
PARTITION = "metadata/partition.csv"
SPLIT_OF = {"train": "train", "devel": "val", "test": "test"}


@dataclass(frozen=True)
class MuSe:
    """The MuSe corpus at `path`."""

    path: Path
    reader: LabelReader

    def listing(self) -> tuple[list[Candidate], list[Rejection]]:
        """Every recording of the partition, and what was turned away.

        Raises CorpusError where partition.csv cannot be read.
        """
        transcripts = Transcripts(self.path / "transcripts", beside=[])
        clips, rejected = [], []
        partition, bad = self._partition
        for name, rows in sorted(partition.items()):
            if wrong := self._wrong(name, rows):
                rejected.append(Rejection(name, *wrong))
            else:
                media = self._media[name][0]
                split = SPLIT_OF[rows[0].cells[self._column]]
                clips.append(Candidate(name, media, name, split, transcripts.of(name, media)))
        others = {name: file for files in self._labels.values() for name, file in files.items()}
        others |= {name: files[0] for name, files in self._media.items()}
        rejected += bad + transcripts.without_media(partition)
        rejected += [
            Rejection(name, others[name], f"{PARTITION} does not list {name!r}{near}")
            for name, near in nearest_of_each(sorted(others.keys() - partition.keys()), partition)
        ]
        read = {clip.id: clip.transcript for clip in clips if clip.transcript}
        rejected += [*transcripts.second(read, {}), *transcripts.unknown()]
        return clips, in_order([*rejected, *not_media(*self._recordings)])

    def labels(self, clip_id: str, targets: Ranges) -> dict[str, Track]:
        """The labels of one recording: id -> {target: Track (T, 1)}, of those targets it has.

        A row without a value, as those of the test set, is UNLABELLED. Raises CorpusError naming
        file and line.
        """
        files = {target: self._labels.get(target, {}).get(clip_id) for target in targets}
        tracks = {t: self._trace(file, targets[t]) for t, file in files.items() if file}
        return with_rows({t: self.reader.timed(track) for t, track in tracks.items()})

    def targets(self) -> list[str]:
        """The folders of labels, by name."""
        return sorted(self._labels)

    def _trace(self, file: Path, span: Range) -> Track:
        rows = read_table(file, ("timestamp", "value"))
        return trace(rows, ["value"], UNIT, "mean", span, clock="timestamp", unit_s=1e-3)

    def _wrong(self, name: str, rows: list[Row]) -> tuple[Path, str] | None:
        file, line = rows[0].file, f"line {rows[0].line}"
        if len(rows) > 1:
            lines = " and ".join(str(row.line) for row in rows)
            return file, f"lines {lines}: clip {name!r} is listed {len(rows)} times"
        if reason := unusable(name, self._media):
            return file, f"{line}: {reason}"
        if (part := rows[0].cells[self._column]) not in SPLIT_OF:
            near = nearest(part, SPLIT_OF, cutoff=0.3)
            return file, f"{line}: partition must be {', '.join(SPLIT_OF)}, got {part!r}{near}"
        if part != "test" and not any(name in files for files in self._labels.values()):
            return file, f"{line}: no labels for clip {name!r}"
        return None

    @cached_property
    def _partition(self) -> tuple[dict[str, list[Row]], list[Rejection]]:
        """The rows of partition.csv by Id, and those of too few or too many cells."""
        found: dict[str, list[Row]] = defaultdict(list)
        bad: list[Rejection] = []
        for row in read_table(self.path / PARTITION, ("Id", self._column), bad=bad):
            found[composed(row.cells["Id"])].append(row)
        return dict(found), bad

    @cached_property
    def _column(self) -> str:
        """The column of partitions, which was renamed between the challenges."""
        rows = read_table(self.path / PARTITION, ("Id",), bad=[])
        return "Partition" if rows and "Partition" in rows[0].cells else "Proposal"

    @cached_property
    def _labels(self) -> dict[str, dict[str, Path]]:
        """The tables of each target, by Id."""
        folders = sorted((self.path / "label_segments").glob("*"))
        return {f.name: tables_in(f) for f in folders if f.is_dir() and f.name[0] != "."}

    @cached_property
    def _media(self) -> dict[str, list[Path]]:
        return media_in(*self._recordings)

    @property
    def _recordings(self) -> tuple[Path, Path]:
        return self.path / "raw_data/video", self.path / "raw_data/audio"


def build(*, path: str, lag_s: float = 0.0, smooth_s: float | None = None) -> MuSe:
    """The MuSe corpus at `path`. Raises CorpusError where it is not laid out as expected.

    lag_s     s that labels are moved earlier; those of MuSe are given out as they should be used
    smooth_s  s, the window of a centred moving average; None: none
    """
    folder = folder_of(path, LAYOUT, PARTITION)
    return MuSe(folder, LabelReader(lag_s=lag_s, smooth_s=smooth_s))
