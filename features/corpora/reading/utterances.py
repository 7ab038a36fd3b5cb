"""Utterances: a row of a table each, cut into files of their own or stretches of a longer one."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from features.corpora.reading.media import files_below
from features.corpora.reading.named import media_in, unusable
from features.corpora.reading.suffixes import MEDIA, VIDEO
from features.corpora.reading.tables import Row
from features.corpus import Candidate, CorpusError, Rejection, composed
from features.nearest import MAX_HINTS


@dataclass(frozen=True, slots=True)
class Utterance:
    """An utterance of a table: its row, and the row that holds its `start` and `end`."""

    row: Row
    times: Row | None
    video: str
    name: str
    split: str
    sentence: str | None

    @property
    def id(self) -> str:
        """The id of its clip."""
        return composed(f"{self.video}__{self.name}")

    def stretch(self) -> tuple[float, float] | None:
        """Its start, 0 or later, and its end in the whole video, s; None if nothing says so.

        Raises CorpusError naming file and line.
        """
        if self.times is None:
            return None
        start, end = max(self.times.number("start"), 0.0), self.times.number("end")
        if not start < end < math.inf:
            raise self.times.error(f"end must come after start, got {start:g} s to {end:g} s")
        return start, end


@dataclass(frozen=True)
class Media:
    """The media of a corpus: `cut` by video and utterance, and `whole` ones by video."""

    cut: Mapping[tuple[str, str], list[Path]]
    whole: Mapping[str, list[Path]]

    @classmethod
    def below(cls, cut: Path, whole: Path) -> Media:
        """The media in <cut>/.../<video>/<utterance>.<suffix> and <whole>/.../<video>.<suffix>.

        Of one name, video rather than sound.
        """
        found: dict[tuple[str, str], list[Path]] = defaultdict(list)
        for file in files_below(cut) if cut.is_dir() else ():
            if file.suffix.lower() in MEDIA:
                found[composed(file.parent.name), composed(file.stem)].append(file)
        seen = {k: [f for f in v if f.suffix.lower() in VIDEO] or v for k, v in found.items()}
        return cls(seen, media_in(whole))

    def candidate(self, utterance: Utterance, *, hint: bool = True) -> Candidate:
        """The clip of an utterance; its own file rather than a stretch of the whole video.

        Its subject is the video: who speaks is not told, but one person speaks in a video.
        Raises CorpusError naming file and line.
        """
        video, row = composed(utterance.video), utterance.row
        own = self.cut.get((video, composed(utterance.name)))
        known = {video: own} if own else self.whole
        if reason := unusable(utterance.id, known, video, hint=hint):
            raise row.error(reason)
        stretch = utterance.stretch()
        if not own and stretch is None:
            raise row.error(f"nothing says where {utterance.id!r} begins and ends in its video")
        span = stretch if stretch and not own else (0.0, None)
        media, split = known[video][0], utterance.split
        return Candidate(utterance.id, media, video, split, None, *span, utterance.sentence)


def listed(
    utterances: Mapping[str, list[Utterance]], media: Media
) -> tuple[list[Candidate], list[Rejection]]:
    """The clips of all utterances by id, and those turned away."""
    clips, rejected = [], []
    for name, group in sorted(utterances.items()):
        row = group[0].row
        try:
            if len(group) > 1:
                others = ", ".join(f"{u.row.file} line {u.row.line}" for u in group[1:])
                raise row.error(f"clip {name!r} is also in {others}")
            clips.append(media.candidate(group[0], hint=len(rejected) < MAX_HINTS))
        except CorpusError as error:
            rejected.append(Rejection(name, row.file, str(error)))
    return clips, rejected
