"""OMG-Emotion: one valence and one arousal for each utterance of a monologue.

Tables and the script that fetches the videos: github.com/knowledgetechnologyuhh/OMGEmotionChallenge
For research only, CC BY-NC-SA 3.0 DE; not to be passed on, and to be deleted after use.

<path>/omg_TrainVideos.csv             link,start,end,video,utterance,arousal,valence,...
<path>/omg_ValidationVideos.csv        seconds; arousal in [0, 1], valence in [-1, 1]
<path>/omg_TestVideos_WithLabels.csv
<path>/omg_TrainTranscripts.csv        optional: video,utterance,transcript; Validation and Test
<path>/media/<video>/<utterance>.mp4   anywhere below media/, as the script cuts them; where there
<path>/media/<video>.mp4               is none, the stretch from start to end of the whole video

An utterance's label holds for all of it, so a score over steps weighs long utterances more, and
the loss must be `ccc_flat`: within an utterance nothing varies that `ccc_sequence` could follow.
For the challenge's score, a step each: grid.step_s above the longest, largest_gap_s as large.
Both scales become the range of their target; a row may have one value of the two.

Assumed, as the data could not be had: that who speaks in a video speaks in no other, since only
videos are named.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from features.corpora.reading.clips import check_leaks
from features.corpora.reading.labels import constant
from features.corpora.reading.named import folder_of, not_media
from features.corpora.reading.scale import UNIT, Scale
from features.corpora.reading.tables import Row, read_table
from features.corpora.reading.utterances import Media, Utterance, listed
from features.corpus import Candidate, CorpusError, Rejection, in_order
from features.labels import Ranges
from features.nearest import nearest
from features.track import Track

LAYOUT = (__doc__ or "").split("\n", 2)[-1]
TABLES = {"Train": "train", "Validation": "val", "Test": "test"}
SCALES = {"valence": UNIT, "arousal": Scale(0.0, 1.0)}


@dataclass(frozen=True)
class Omg:
    """The OMG-Emotion corpus at `path`."""

    path: Path

    def listing(self) -> tuple[list[Candidate], list[Rejection]]:
        """Every utterance of the tables, and what was turned away.

        Raises CorpusError where a table cannot be read, or a video is in two splits.
        """
        media, (utterances, bad) = self.path / "media", self._read
        clips, rejected = listed(utterances, Media.below(media, media))
        check_leaks(clips, self.path)
        return clips, in_order([*rejected, *bad, *not_media(media)])

    def labels(self, clip_id: str, targets: Ranges) -> dict[str, Track]:
        """The labels of one utterance, all along it: id -> {target: Track (T, 1)}.

        Raises CorpusError naming file and line.
        """
        (utterance, *_) = self._read[0].get(clip_id, [None])
        stretch = utterance.stretch() if utterance else None
        if utterance is None or stretch is None:
            return {}
        row, duration = utterance.row, stretch[1] - stretch[0]
        rated = [target for target in targets if target in SCALES and target in row.cells]
        values = {t: SCALES[t].onto(np.array(SCALES[t].value(row, t)), targets[t]) for t in rated}
        return {target: constant(float(value), duration) for target, value in values.items()}

    def targets(self) -> list[str]:
        """Valence and arousal."""
        return list(SCALES)

    @cached_property
    def _read(self) -> tuple[dict[str, list[Utterance]], list[Rejection]]:
        """The utterances by clip id, and rows of too few or too many cells."""
        utterances: dict[str, list[Utterance]] = defaultdict(list)
        bad: list[Rejection] = []
        for table, split in TABLES.items():
            words = self._words(table)
            for row in self._rows(table, bad):
                video, name = row.cells["video"], row.cells["utterance"]
                sentence = words.get((video, name))
                utterance = Utterance(row, row, video, Path(name).stem, split, sentence)
                utterances[utterance.id].append(utterance)
        return dict(utterances), bad

    def _rows(self, table: str, bad: list[Rejection]) -> list[Row]:
        files = sorted(self.path.glob(f"omg_{table}Videos*.csv"))  # With... before WithoutLabels
        if not files:
            return []
        labels = () if "Without" in files[0].name else ("arousal", "valence")
        columns = "video", "utterance", "start", "end"
        rows = read_table(files[0], columns, bad=bad, optional=labels)
        if rows and labels and not any(name in rows[0].cells for name in labels):
            near = "".join(nearest(name, rows[0].cells) for name in labels)
            raise CorpusError(f"{files[0]} line 1: no column arousal and none valence{near}")
        return rows

    def _words(self, table: str) -> dict[tuple[str, str], str | None]:
        """What is said, by video and utterance; the test table is called .tsv and has commas."""
        files = sorted(self.path.glob(f"omg_{table}Transcripts.?sv"))
        columns = "video", "utterance", "transcript"
        rows = [row.cells for file in files[:1] for row in read_table(file, columns)]
        return {(c["video"], c["utterance"]): c["transcript"] or None for c in rows}


def build(*, path: str) -> Omg:
    """The OMG-Emotion corpus at `path`. Raises CorpusError where it is not laid out as expected."""
    return Omg(folder_of(path, LAYOUT, "omg_*Videos*.csv"))
