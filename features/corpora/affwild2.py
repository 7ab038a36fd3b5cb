"""Aff-Wild2 as the ABAW challenges give it out: valence and arousal of every frame of a video.

Requested from its author with a signed EULA, for research, without the right to pass on the data
or what was made of them: sites.google.com/view/dimitrioskollias/databases/aff-wild2

<path>/<any name>/VA_Estimation_Challenge/Train_Set/<clip>.txt        valence,arousal, then one
<path>/<any name>/VA_Estimation_Challenge/Validation_Set/<clip>.txt   row a frame; -5: not annotated
<path>/videos/                      the videos anywhere below, as in batch1/, batch2/, ...
<path>/cropped_aligned/<clip>/00001.jpg   for the faces extractor `ready_crops`; not read here

A clip is a video, or one of two people in it: <video>_left and <video>_right are annotated apart
and share the video; `mtcnn` would give both the same face, so take `ready_crops`. Row i is about
frame i, at whatever time that frame is shown. Values are in [-1, 1], which becomes the range of
their target.

Assumed, as the data could not be had: a file with a few rows more or fewer than its video has
frames counts both from the first. Who is seen is not said, so that all of one video count as one
subject and stay in one split. `test` is a file of clip names, one a line; other videos without
annotation are turned away.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from features.corpora.reading.clips import check_leaks
from features.corpora.reading.folds import fold_splits
from features.corpora.reading.frame_labels import RATED, labels_of_frames
from features.corpora.reading.named import folder_of, media_in, not_media, unusable
from features.corpus import Candidate, CorpusError, Rejection, composed, in_order
from features.labels import Ranges
from features.nearest import MAX_HINTS, nearest
from features.track import Track

LAYOUT = (__doc__ or "").split("\n", 2)[-1]
SETS = {"Train_Set": "train", "Validation_Set": "val"}
NOT_ANNOTATED = -5.0


@dataclass(frozen=True)
class AffWild2:
    """The Aff-Wild2 corpus at `path`, with the official split or a fold."""

    path: Path
    fold: int
    test: Path | None

    def listing(self) -> tuple[list[Candidate], list[Rejection]]:
        """Every annotated clip and every one of the test set, and what was turned away.

        Raises CorpusError for two people of one video in two official splits.
        """
        good, rejected = {}, []
        for name, files in sorted(self._claims.items()):
            if why := self._reason(name, hint=len(rejected) < MAX_HINTS):
                rejected.append(Rejection(name, files[0], why))
            else:
                good[name] = files[0]
        official = {name: SETS.get(file.parent.name, "test") for name, file in good.items()}
        split = fold_splits(official, self._video, self.fold)
        clips = [
            Candidate(name, self._media[self._video(name)][0], self._video(name), split[name], None)
            for name in good
        ]
        check_leaks(clips, self.path)
        used = {self._video(name) for name in self._claims}
        rejected += [
            Rejection(name, files[0], "no annotation of valence and arousal, nor a test clip")
            for name, files in self._media.items()
            if name not in used
        ]
        return clips, in_order([*rejected, *not_media(self.path / "videos")])

    def labels(self, clip_id: str, targets: Ranges) -> dict[str, Track]:
        """The labels of one clip, a row a frame: id -> {target: Track (T, 1)}; {} of a test clip.

        Raises CorpusError naming file and line, and where rows and frames do not go together.
        """
        file = self._claims.get(clip_id, [None])[0]
        if file is None or file.parent.name not in SETS:
            return {}
        media = self._media[self._video(clip_id)][0]
        return labels_of_frames(file, media, NOT_ANNOTATED, targets)

    def targets(self) -> list[str]:
        """Valence and arousal."""
        return list(RATED)

    @cached_property
    def _media(self) -> dict[str, list[Path]]:
        return media_in(self.path / "videos")

    @cached_property
    def _claims(self) -> dict[str, list[Path]]:
        """Clip name -> the annotation files, or the test list, that it is in."""
        claims: dict[str, list[Path]] = defaultdict(list)
        for file in sorted(self.path.glob("*/VA_Estimation_Challenge/*/*.txt")):
            if not file.name.startswith("."):
                claims[composed(file.stem)].append(file)
        lines = self.test.read_text(encoding="utf-8-sig").splitlines() if self.test else []
        for name in filter(None, map(str.strip, lines)):
            claims[composed(name.removesuffix(".txt"))] += [self.test] if self.test else []
        return dict(claims)

    def _reason(self, name: str, *, hint: bool) -> str | None:
        files = self._claims[name]
        if len(files) > 1:
            return f"clip {name!r} is also in {', '.join(str(f) for f in files[1:])}"
        if files[0] != self.test and (folder := files[0].parent.name) not in SETS:
            near = nearest(folder, SETS)
            return f"no split {folder!r}; there are: {', '.join(SETS)}{near}"
        return unusable(name, self._media, self._video(name), hint=hint)

    def _video(self, clip: str) -> str:
        """The video that a clip is of: 4-30_left -> 4-30, unless there is a video 4-30_left."""
        plain = clip.removesuffix("_left").removesuffix("_right")
        return clip if clip in self._media else plain


def build(*, path: str, fold: int = 0, test: str | None = None) -> AffWild2:
    """The Aff-Wild2 corpus at `path`. Raises CorpusError where it is not laid out as expected.

    fold  0: the official split; 1 to 5: of the protocol of `features.corpora.reading.folds`
    test  a file with the names of the test clips, below `path`
    """
    folder = folder_of(path, LAYOUT, "*/VA_Estimation_Challenge/*/*.txt")
    if test is not None and not (folder / test).is_file():
        near = nearest(test, (f.name for f in folder.iterdir()))
        raise CorpusError(f"no list of test clips {folder / test}{near}")
    return AffWild2(folder, fold, folder / test if test else None)
