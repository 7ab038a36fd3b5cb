"""The columns of a stream's tables: those of most clips, and which tables have others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from features.manifest import Clip
from features.nearest import nearest
from features.signals.reading.columns import TableError
from stages.clips import media_of
from stages.work.progress import progress

Columns = tuple[str, ...]


def agreed(extractor: Any, clips: Sequence[Clip], stream: str) -> Columns:
    """The columns that most of the clips' tables have. Raises TableError where none has any."""
    votes: Counter[Columns] = Counter()
    for clip in progress(iter(clips), len(clips), f"signals/{stream} headers"):
        try:
            if file := extractor.find(clip.id, media_of(clip)):
                votes[extractor.columns(file)] += 1
        except TableError:
            continue  # said of its clip when that is asked for its rows
    if not votes:
        raise TableError(
            f"none of {len(clips)} clips, {clips[0].id!r} for one, has a table that can be read: "
            f"{extractor.where} finds {extractor.first or 'none at all'}"
        )
    return min(votes, key=lambda columns: (-votes[columns], columns))


def check_columns(file: Path, found: Columns, expected: Columns) -> None:
    """Raises TableError where a table has other columns than those of the other clips."""
    lacks = [name for name in expected if name not in found]
    more = [name for name in found if name not in expected]
    if lacks:
        raise TableError(
            f"{file} line 1: no column of numbers {lacks[0]!r}, which other clips' tables have "
            f"({len(lacks)} of {len(expected)} are missing){nearest(lacks[0], more)}"
        )
    if more:
        raise TableError(
            f"{file} line 1: the column {more[0]!r} is not in the tables of other clips "
            f"({len(more)} more than their {len(expected)}){nearest(more[0], expected)}"
        )
