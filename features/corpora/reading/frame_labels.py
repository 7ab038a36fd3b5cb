"""Frame-wise labels: row i is about frame i, whenever that frame is shown."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from features.corpora.reading.labels import DIMENSIONS, labels_at
from features.corpora.reading.scale import UNIT
from features.corpora.reading.tables import Row, read_table
from features.corpus import CorpusError
from features.media.timestamps import frame_times
from features.track import Track

STRAY = 10  # rows; a third of a second, as much as readers of damaged videos disagree
log = logging.getLogger(__name__)


def labels_of_frames(file: Path, media: Path, unlabelled: float) -> Track:
    """The labels of a table with a valence,arousal row for each frame: Track (T, 2) at their times.

    Rows and frames are counted from the first: frames without a row are UNLABELLED, rows without
    a frame are left out, both with a warning. Raises CorpusError naming file and line, and where
    more than STRAY of either are left; MediaError where the video cannot be read.
    """
    rows, times = read_table(file, DIMENSIONS), frame_times(media)
    _check_lines(rows)
    count = f"{file} has {len(rows)} rows, but {media} {len(times)} frames"
    if abs(len(rows) - len(times)) > STRAY:
        raise CorpusError(f"{count}: more than {STRAY} apart, so one is not of the other")
    if len(rows) != len(times):
        log.warning("%s; both are counted from the first", count)
    read = [[UNIT.value(row, name, unlabelled) for name in DIMENSIONS] for row in rows]
    values = np.full((len(times), len(DIMENSIONS)), np.nan)  # (T, 2)
    values[: len(rows)] = np.reshape(read, (-1, len(DIMENSIONS)))[: len(times)]
    return labels_at(times, values)


def _check_lines(rows: list[Row]) -> None:
    """A blank line is no row, and every row after it would be about another frame."""
    for place, row in enumerate(rows):
        if row.line != place + 2:
            raise row.error(f"row {place + 1} must stand on line {place + 2}; a blank line?")
