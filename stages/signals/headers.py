"""The columns that most of a stream's tables have, read from the headers of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from features.extractor import built
from features.manifest import Clip
from features.shards import canonical
from features.signals.reading.columns import TableError
from stages.clips import media_of
from stages.params import Extraction
from stages.signals.columns import Columns
from stages.work.each import each


def agreed(params: Extraction, clips: Sequence[Clip], stream: str) -> Columns:
    """The columns that most of the clips' tables have. Raises TableError where none has any."""
    options = canonical(params.options)
    work = partial(header, name=params.extractor, options=options)
    label = f"signals/{stream} headers"
    votes = Counter(found for found in each(work, clips, label, apart=True, lost=crashing) if found)
    if not votes:
        extractor = built("signals", params.extractor, options)
        raise TableError(
            f"none of {len(clips)} clips, {clips[0].id!r} for one, has a table that can be read: "
            f"{extractor.where} finds {extractor.first or 'none at all'}"
        )
    return min(votes, key=lambda columns: (-votes[columns], columns))


def header(clip: Clip, name: str, options: str) -> Columns | None:
    """The columns of a clip's table; None: it has none that can be read, which is said of the clip
    when it is asked for its rows."""
    extractor = built("signals", name, options)
    try:
        file = extractor.find(clip.id, media_of(clip))
        return extractor.columns(file) if file else None
    except TableError:
        return None


def crashing(_clip: Clip, _reason: str) -> None:
    """As `header`, of a clip whose table crashes every process that reads it."""
