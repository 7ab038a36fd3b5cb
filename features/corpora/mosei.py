"""CMU-MOSEI: the sentiment of each segment of a monologue, which is not valence.

From its makers, for research, on terms to be read there: github.com/A2Zadeh/CMU-MultimodalSDK
The videos are of YouTube; the rights in them are those of whoever made them.

<path>/label.csv                        video_id,clip_id,label,mode,text (and more): sentiment in
                                        [-3, 3]; mode is train, valid or test
<path>/Transcript/Segmented/Combined/<video>.txt   video___segment___start___end___what is said
<path>/Raw/<video>/<segment>.mp4        segments cut out; where there is none,
<path>/Videos/Full/Combined/<video>.mp4            the stretch from start to end of the video

Sentiment was rated, and is called that by its makers; valence and arousal nobody rated. So the
target is `sentiment`, whose range becomes that of the target: `targets: {sentiment: [-3, 3]}` in
params.yaml keeps the makers' scale. On loss and scores of utterances see `features.corpora.omg`.

Assumed, as the data could not be had: label.csv as widely used copies have it, whose clip_id is
the segment's number in the transcript; that a segment beginning before 0 begins at 0; that who
speaks in a video speaks in no other, since only videos are named.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from features.corpora.reading.clips import check_leaks
from features.corpora.reading.labels import constant
from features.corpora.reading.mosei_transcripts import segments_of
from features.corpora.reading.named import folder_of, not_media
from features.corpora.reading.scale import Scale
from features.corpora.reading.tables import Row, read_table
from features.corpora.reading.utterances import Media, Utterance, listed
from features.corpus import Candidate, Rejection, flaw, in_order
from features.labels import Ranges
from features.media.probing import probe
from features.nearest import nearest
from features.track import Track

LAYOUT = (__doc__ or "").split("\n", 2)[-1]
SPLIT_OF = {"train": "train", "valid": "val", "test": "test"}
TARGET, SCALE = "sentiment", Scale(-3.0, 3.0)
TRANSCRIPTS = "Transcript/Segmented/Combined"
RECORDINGS = ("Raw", "Videos/Full/Combined")


@dataclass(frozen=True)
class Mosei:
    """The CMU-MOSEI corpus at `path`."""

    path: Path

    def listing(self) -> tuple[list[Candidate], list[Rejection]]:
        """Every segment of label.csv, and what was turned away.

        Raises CorpusError where label.csv or a transcript cannot be read, or a video is in two
        splits.
        """
        utterances, bad = self._read
        clips, rejected = listed(utterances, self._media)
        check_leaks(clips, self.path / "label.csv")
        others = not_media(*(self.path / folder for folder in RECORDINGS))
        return clips, in_order([*rejected, *bad, *others])

    def labels(self, clip_id: str, targets: Ranges) -> dict[str, Track]:
        """The sentiment of one segment, all along it: id -> {"sentiment": Track (T, 1)}.

        Raises CorpusError naming file and line.
        """
        (utterance, *_) = self._read[0].get(clip_id, [None])
        if utterance is None or TARGET not in targets:
            return {}
        value = SCALE.onto(np.array(SCALE.value(utterance.row, "label")), targets[TARGET])
        stretch = utterance.stretch()
        if stretch is None:
            media = self._media.candidate(utterance).media
            stretch = 0.0, probe(media).duration if media else 0.0
        return {TARGET: constant(float(value), stretch[1] - stretch[0])}

    def targets(self) -> list[str]:
        """Sentiment alone."""
        return [TARGET]

    @cached_property
    def _media(self) -> Media:
        return Media.below(*(self.path / folder for folder in RECORDINGS))

    @cached_property
    def _read(self) -> tuple[dict[str, list[Utterance]], list[Rejection]]:
        """The segments by clip id, and rows that cannot be followed."""
        utterances: dict[str, list[Utterance]] = defaultdict(list)
        bad: list[Rejection] = []
        segments: dict[str, dict[str, Row]] = {}
        columns = "video_id", "clip_id", "label", "mode"
        for row in read_table(self.path / "label.csv", columns, bad=bad):
            video, name, _, mode = (row.cells[c] for c in columns)
            if video not in segments:
                transcript = self.path / TRANSCRIPTS / f"{video}.txt"
                segments[video] = {} if flaw(video) else segments_of(transcript)
            times = segments[video].get(name)
            words = times.cells["text"] if times else row.cells.get("text")
            utterance = Utterance(row, times, video, name, SPLIT_OF.get(mode, ""), words or None)
            if utterance.split:
                utterances[utterance.id].append(utterance)
            else:
                near = nearest(mode, SPLIT_OF, cutoff=0.3)
                reason = f"mode must be {', '.join(SPLIT_OF)}, got {mode!r}{near}"
                bad.append(Rejection(utterance.id, row.file, str(row.error(reason))))
        return dict(utterances), bad


def build(*, path: str) -> Mosei:
    """The CMU-MOSEI corpus at `path`. Raises CorpusError where it is not laid out as expected."""
    return Mosei(folder_of(path, LAYOUT, "label.csv"))
