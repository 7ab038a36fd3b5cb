"""RECOLA: six raters' valence and arousal, 25 values a second, of French video calls.

Requested with a signed licence, for research, on terms to be read there:
diuf.unifr.ch/main/diva/recola

<path>/RECOLA-Annotation/emotional_behaviour/valence/<clip>.csv    time;FM1;FM2;FM3;FF1;FF2;FF3
<path>/RECOLA-Annotation/emotional_behaviour/arousal/<clip>.csv    seconds, and [-1, 1] of each
<path>/RECOLA-Video-recordings/<clip>.mp4          with sound; where there is none,
<path>/RECOLA-Audio-recordings/<clip>.wav          P16, P17, ...

or, as the AVEC challenges of 2015 to 2018 laid it out, with clips train_1, dev_1, test_1, ...

<path>/ratings_individual/valence/<clip>.csv       and arousal/, the same tables
<path>/recordings_video/<clip>.mp4                 and recordings_audio/<clip>.wav
<path>/clips.csv                                   optional: clip,subject,split

The gold standard is made here from the raters, as `gold` says; `avec` makes that of AVEC 2016,
whose own files are not read. It goes from `scale` to the range of its target. Each target has a
file, and times, of its own: a recording may be rated in one of them alone.
train, dev and test come from AVEC's names. Of which split each P is, published sources do not
agree: say so in clips.csv, or `ingest.shares` decides. Everyone is in one clip.

Assumed, as the data could not be had: the header as above, blanks in it ignored, and that a time
is the moment of its row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from features.corpora.reading.clips import check_leaks, read_clips
from features.corpora.reading.labels import LabelReader, with_rows
from features.corpora.reading.named import folder_of, media_in, not_media, tables_in, unusable
from features.corpora.reading.raters import Gold, check_gold
from features.corpora.reading.scale import Scale, scale_of
from features.corpora.reading.tables import read_table
from features.corpora.reading.traces import trace
from features.corpus import Candidate, Rejection, in_order
from features.labels import Range, Ranges
from features.track import Track

LAYOUT = (__doc__ or "").split("\n", 2)[-1]
OWN = "RECOLA-Annotation/emotional_behaviour", "RECOLA-Video-recordings", "RECOLA-Audio-recordings"
AVEC = "ratings_individual", "recordings_video", "recordings_audio"
RATED = "valence", "arousal"
SPLIT_OF = {"train": "train", "dev": "val", "test": "test"}


@dataclass(frozen=True)
class Recola:
    """The RECOLA corpus at `path`; `raters` of none are all of them."""

    path: Path
    gold: Gold
    raters: tuple[str, ...] | None
    scale: Scale
    reader: LabelReader

    def listing(self) -> tuple[list[Candidate], list[Rejection]]:
        """Every rated recording and every test one, and what was turned away.

        Raises CorpusError where clips.csv cannot be read or puts somebody in two splits.
        """
        index, names = self.path / "clips.csv", self._media.keys() | self._rated
        assigned, rejected = read_clips(index, self._media) if index.exists() else ({}, [])
        refused, clips = {r.clip for r in rejected}, []
        for name in sorted(names - refused):
            official = SPLIT_OF.get(name.partition("_")[0]) if "_" in name else None
            subject, split = assigned.get(name, (name, None))
            split = split or official
            if wrong := self._wrong(name, split):
                rejected.append(Rejection(name, *wrong))
            else:
                clips.append(Candidate(name, self._media[name][0], subject, split, None))
        check_leaks(clips, index)
        return clips, in_order([*rejected, *not_media(*self._recordings)])

    def labels(self, clip_id: str, targets: Ranges) -> dict[str, Track]:
        """The gold standard of one clip: id -> {target: Track (T, 1)}, of those somebody rated.

        Raises CorpusError naming file and line.
        """
        files = {t: self._ratings[t].get(clip_id) for t in targets if t in RATED}
        tracks = {t: self._trace(file, targets[t]) for t, file in files.items() if file}
        return with_rows({t: self.reader.timed(track) for t, track in tracks.items()})

    def targets(self) -> list[str]:
        """Valence and arousal."""
        return list(RATED)

    def _trace(self, file: Path, span: Range) -> Track:
        rows = read_table(file, ("time", *(self.raters or ())), ";", distinct=True)
        columns = rows[0].cells if rows else {}
        raters = self.raters or [c for c in columns if c and c != "time"]
        if rows and not raters:
            raise rows[0].error("expected a column for each rater after time, got none")
        return trace(rows, raters, self.scale, self.gold, span)

    def _wrong(self, name: str, split: str | None) -> tuple[Path, str] | None:
        files = self._media.get(name, [])
        if reason := unusable(name, self._media):
            return (files or [f[name] for f in self._ratings.values() if name in f])[0], reason
        if name not in self._rated and split is None:
            return files[0], f"nobody rated clip {name!r}, and nothing says that it is a test clip"
        return None

    @cached_property
    def _layout(self) -> tuple[str, str, str]:
        return OWN if (self.path / OWN[0]).is_dir() else AVEC

    @cached_property
    def _media(self) -> dict[str, list[Path]]:
        return media_in(*self._recordings)

    @property
    def _recordings(self) -> list[Path]:
        return [self.path / folder for folder in self._layout[1:]]

    @cached_property
    def _ratings(self) -> dict[str, dict[str, Path]]:
        return {d: tables_in(self.path / self._layout[0] / d) for d in RATED}

    @property
    def _rated(self) -> set[str]:
        return self._ratings["valence"].keys() | self._ratings["arousal"].keys()


def build(
    *,
    path: str,
    gold: Gold,
    lag_s: float,
    scale: Sequence[float] = (-1.0, 1.0),
    smooth_s: float | None = None,
    raters: Sequence[str] | None = None,
) -> Recola:
    """The RECOLA corpus at `path`. Raises CorpusError where it is not, or for a bad option.

    gold      mean, ewe or avec, see `features.corpora.reading.raters`
    lag_s     s that raters take to react; papers say 2 to 4
    scale     the range that raters rated in
    smooth_s  s, the window of a centred moving average; None: none
    raters    the columns to fuse; None: all
    """
    check_gold(gold)
    folder = folder_of(path, LAYOUT, *(f"{x[0]}/{d}" for x in (OWN, AVEC) for d in RATED))
    reader = LabelReader(lag_s=lag_s, smooth_s=smooth_s)
    return Recola(folder, gold, tuple(raters) if raters else None, scale_of(scale), reader)
