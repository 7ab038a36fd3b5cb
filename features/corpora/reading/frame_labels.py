"""Frame-wise labels: row i is about frame i, whenever that frame is shown."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from features.corpora.reading.labels import labels_at, with_rows
from features.corpora.reading.scale import UNIT
from features.corpora.reading.tables import Row, read_table
from features.corpus import CorpusError
from features.labels import Ranges
from features.media.timestamps import frame_times
from features.track import Track

RATED = ("valence", "arousal")
STRAY = 10  # rows; a third of a second, as much as readers of damaged videos disagree
log = logging.getLogger(__name__)


def labels_of_frames(
    file: Path, media: Path, unlabelled: float, targets: Ranges
) -> dict[str, Track]:
    """The labels of a table with a valence,arousal row for each frame: {target: Track (T, 1)}.

    Those of the targets that are RATED, at the times of the frames. Rows and frames are counted
    from the first: frames without a row are UNLABELLED, rows without a frame are left out, both
    with a warning. Raises CorpusError naming file and line, and where more than STRAY of either
    are left; MediaError where the video cannot be read.
    """
    wanted = {target: span for target, span in targets.items() if target in RATED}
    if not wanted:
        return {}
    rows, times = read_table(file, RATED), frame_times(media)
    _check_lines(rows)
    count = f"{file} has {len(rows)} rows, but {media} {len(times)} frames"
    if abs(len(rows) - len(times)) > STRAY:
        raise CorpusError(f"{count}: more than {STRAY} apart, so one is not of the other")
    if len(rows) != len(times):
        log.warning("%s; both are counted from the first", count)
    found = {}
    for target, span in wanted.items():
        read = [UNIT.value(row, target, unlabelled) for row in rows]
        values = np.full(len(times), np.nan)  # (T,)
        values[: len(rows)] = read[: len(times)]
        found[target] = labels_at(times, UNIT.onto(values, span))
    return with_rows(found)


def _check_lines(rows: list[Row]) -> None:
    """A blank line is no row, and every row after it would be about another frame."""
    for place, row in enumerate(rows):
        if row.line != place + 2:
            raise row.error(f"row {place + 1} must stand on line {place + 2}; a blank line?")
