"""The rows of one clip's table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from features.manifest import Clip
from features.signals.reading.columns import TableError
from features.track import Track, nothing
from stages.clips import media_of
from stages.signals.columns import Columns, check_columns


def rows(extractor: Any, clip: Clip, *, columns: Columns, shared: Mapping[str, str]) -> Track:
    """The rows of a clip (T, D). Raises TableError for a table of other columns than those agreed
    on, or one that is another clip's, too, as `shared` says, {clip id: of which}.
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
