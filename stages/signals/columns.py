"""The columns of a stream's tables, and which tables have others."""

from __future__ import annotations

from pathlib import Path

from features.nearest import nearest
from features.signals.reading.columns import TableError

Columns = tuple[str, ...]


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
