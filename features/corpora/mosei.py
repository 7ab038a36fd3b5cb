"""CMU-MOSEI: the sentiment of each segment of a monologue, which is not valence.

From its makers, for research, on terms to be read there: github.com/A2Zadeh/CMU-MultimodalSDK
The videos are of YouTube; the rights in them are those of whoever made them.

<path>/label.csv                        video_id,clip_id,label,mode,text (and more): sentiment in
                                        [-3, 3]; mode is train, valid or test
<path>/Transcript/Segmented/Combined/<video>.txt   video___segment___start___end___what is said
<path>/Raw/<video>/<segment>.mp4        segments cut out; where there is none,
<path>/Videos/Full/Combined/<video>.mp4            the stretch from start to end of the video

Sentiment was rated, and is called that by its makers; arousal nobody rated. This project's labels
are valence and arousal, so what stands for them has to be said in `options`: the range of
sentiment that is to stand for valence, and the constant that stands where arousal is not. Scores
of arousal then mean nothing; a CCC loss learns nothing from a constant. On loss and scores of
utterances see `features.corpora.omg`.

Assumed, as the data could not be had: label.csv as widely used copies have it, whose clip_id is
the segment's number in the transcript; that a segment beginning before 0 begins at 0; that who
speaks in a video speaks in no other, since only videos are named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from features.corpora._clips import check_leaks
from features.corpora._labels import held
from features.corpora._named import folder_of
from features.corpora._scale import UNIT, Scale, scale_of
from features.corpora._segments import segments_of
from features.corpora._tables import Row, read_table
from features.corpora._utterances import Media, Utterance, listed
from features.corpus import Candidate, CorpusError, Rejection, flaw, nearest
from features.media import probe
from features.track import Track

LAYOUT = (__doc__ or "").split("\n", 2)[-1]
SIDES = {"train": "train", "valid": "val", "test": "test"}
TRANSCRIPTS = "Transcript/Segmented/Combined"


@dataclass(frozen=True)
class Mosei:
    """The corpus at `path`; `sentiment` of none leaves every clip without labels."""

    path: Path
    sentiment: Scale | None
    arousal: float

    def listing(self) -> tuple[list[Candidate], list[Rejection]]:
        """Every segment of label.csv, and what was turned away.

        Raises CorpusError where label.csv or a transcript cannot be read, or a video is on two
        sides.
        """
        said, bad = self._read
        clips, rejected = listed(said, self._media)
        check_leaks(clips, self.path / "label.csv")
        return clips, sorted(rejected + bad, key=lambda r: (r.clip, r.file))

    def labels(self, clip_id: str) -> Track | None:
        """One segment's sentiment, all along it: id -> Track (T, 2), as valence, and a constant.

        Raises CorpusError naming file and line.
        """
        (said, *_) = self._read[0].get(clip_id, [None])
        if said is None or self.sentiment is None:
            return None
        valence = self.sentiment.value(said.row, "label")
        stretch = said.stretch()
        if stretch is None:
            media = self._media.candidate(said).media
            stretch = 0.0, probe(media).duration if media else 0.0
        return held(valence, self.arousal, stretch[1] - stretch[0])

    @cached_property
    def _media(self) -> Media:
        return Media.below(self.path / "Raw", self.path / "Videos/Full/Combined")

    @cached_property
    def _read(self) -> tuple[dict[str, list[Utterance]], list[Rejection]]:
        """The segments by clip id, and rows that cannot be followed."""
        said: dict[str, list[Utterance]] = defaultdict(list)
        bad: list[Rejection] = []
        segments: dict[str, dict[str, Row]] = {}
        columns = "video_id", "clip_id", "label", "mode"
        for row in read_table(self.path / "label.csv", columns, bad=bad):
            video, name, _, mode = (row.cells[c] for c in columns)
            if video not in segments:
                told = self.path / TRANSCRIPTS / f"{video}.txt"
                segments[video] = {} if flaw(video) else segments_of(told)
            times = segments[video].get(name)
            words = times.cells["text"] if times else row.cells.get("text")
            spoken = Utterance(row, times, video, name, SIDES.get(mode, ""), words or None)
            if spoken.split:
                said[spoken.id].append(spoken)
            else:
                near = nearest(mode, SIDES, cutoff=0.3)
                reason = f"mode must be {', '.join(SIDES)}, got {mode!r}{near}"
                bad.append(Rejection(spoken.id, row.file, str(row.error(reason))))
        return dict(said), bad


def build(*, path: str, sentiment: Sequence[float] | None, arousal: float) -> Mosei:
    """The corpus at `path`. Raises CorpusError where it is not, or for an option that cannot be.

    sentiment  the range that becomes [-1, 1] and stands for valence, [-3, 3]; None: no labels
    arousal    in [-1, 1], what stands for the arousal that nobody rated, at every moment
    """
    if not UNIT.low <= arousal <= UNIT.high:
        raise CorpusError(f"arousal must lie in [-1, 1], got {arousal}")
    folder = folder_of(path, LAYOUT, "label.csv")
    return Mosei(folder, None if sentiment is None else scale_of(sentiment), arousal)
