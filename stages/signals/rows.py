"""The rows of one clip's table, and why there are none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from features.manifest import Clip
from features.media.container import MediaError
from features.signals.reading.columns import TableError
from features.track import State, Track, nothing, track
from stages.clips import media_of
from stages.signals.columns import Columns, check_columns

ERRORS = (TableError, MediaError)  # of one clip's table, which others do not pay for


def rows(extractor: Any, clip: Clip, *, columns: Columns, shared: Mapping[str, str]) -> Track:
    """The rows of a clip (T, D); one UNDECODABLE row where its table cannot be used."""
    try:
        return read(extractor, clip, columns, shared)
    except ERRORS:
        return track(np.full((1, len(columns)), np.nan), [0.0], [State.UNDECODABLE])


def unusable(found: Track) -> bool:
    """Whether these are the rows of a table that cannot be used."""
    return len(found.state) == 1 and found.state[0] == State.UNDECODABLE


def read(extractor: Any, clip: Clip, columns: Columns, shared: Mapping[str, str]) -> Track:
    """The rows of a clip. Raises TableError for a table of other columns than those agreed on, or
    one that is another clip's, too, as `shared` says, {clip id: of which}.
    """
    file = extractor.find(clip.id, media_of(clip))
    if file is None:
        return nothing(len(columns))
    if clip.id in shared:
        raise TableError(
            f"{file} is found for the media of {shared[clip.id]}, too; name {{clip}} under files, "
            "or a folder for each"
        )
    check_columns(file, extractor.columns(file), columns)
    return extractor(clip.id, media_of(clip), clip.start, clip.end, clip.info.duration)


def why(
    extractor: Any, clip: Clip, columns: Columns, shared: Mapping[str, str]
) -> Mapping[str, str]:
    """The clip, file and reason of a table that cannot be used."""
    reason = ""
    try:
        read(extractor, clip, columns, shared)
    except ERRORS as error:
        reason = str(error)
    try:
        files = [os.path.relpath(f) for f in extractor.files(clip.id, media_of(clip))]
    except TableError:
        files = []  # the reason names both
    return {"clip": clip.id, "file": ", ".join(files), "reason": reason}
