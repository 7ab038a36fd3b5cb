"""Numbers that somebody already has: a table for each clip, a row a moment.

Action units, acoustic descriptors, embeddings, EDA, ECG, ...; layouts of OpenFace, openSMILE,
py-feat and MuSe are in `rows.presets`, formats in `reading.formats`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from features.signals.reading.columns import TableError
from features.signals.rows.layout import layout
from features.signals.rows.places import Places
from features.signals.rows.tables import Tables

__all__ = ["TableError", "build"]


def build(
    *,
    path: str,
    files: str = "{clip}.*",
    preset: str | None = None,
    columns: Sequence[str] | None = None,
    without: Sequence[str] | None = None,
    time: str | Sequence[str] | None = None,
    unit: str | None = None,
    frame: str | None = None,
    first_frame: int | None = None,
    rate_hz: float | None = None,
    start_s: float = 0.0,
    delimiter: str | None = None,
    missing: Sequence[float] | None = None,
    valid: Mapping[str, Any] | None = None,
    confidence: float | None = None,
    face: str | None = None,
    face_id: int | str | None = None,
) -> Tables:
    """The tables below a folder. D = how many columns are chosen.

    path        the folder
    files       where a clip's table lies below it, see Places; {clip}: times count from the start
                of the clip, {media} alone: from the start of its media file
    preset      openface, opensmile, pyfeat or muse, see presets; what is given beside it wins
    columns     names or patterns, see choose; None: all columns of numbers; without: but these
    time        a column of times, or [start, end], whose middle counts; unit: s or ms
    frame       or a column of frame numbers, the first of which is first_frame (0 or 1)
    rate_hz     or so many rows a second
    start_s     added to each time; by rate_hz the time of the first row. A row that sums up a
                window is at its centre: half a window, where times are where windows begin
    delimiter   of text: what parts cells; None: the header tells
    missing     numbers that mean that there is none, beside NaN and empty cells
    valid       rules by which rows do not count, see rules
    confidence  of a preset: below it a face is not trusted (0.8)
    face        column of the faces' labels, where a moment has a row for each face; face_id: the
                one to keep; None: moments with several are SEVERAL_FACES
    """
    given = {
        "columns": columns,
        "without": without,
        "time": time,
        "unit": unit,
        "frame": frame,
        "first_frame": first_frame,
        "rate_hz": rate_hz,
        "valid": valid,
        "face": face,
    }
    meaning = layout(
        name=preset,
        given=given,
        start_s=start_s,
        missing=missing,
        confidence=confidence,
        face_id=face_id,
    )
    if delimiter is not None and len(delimiter) != 1:
        raise ValueError(f"table: delimiter must be one character or null, got {delimiter!r}")
    return Tables(Places(Path(path), files), meaning, delimiter)
