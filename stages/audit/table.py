"""A table of the audit as HTML; every cell is text and is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

LETTER = re.compile(r"[^\W\d_]")  # in a cell: its column is words, not numbers


def table(about: str, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are text. It scrolls by itself, by keyboard too; the first cell names the row."""
    rows = list(rows)
    if not rows:
        return "<p>None.</p>"
    wordy = [any(map(LETTER.search, column)) for column in zip(*rows, strict=True)]
    kinds = [' class="words"' if words else "" for words in wordy]
    head = "".join(
        f'<th scope="col"{k}>{escape(t)}</th>' for k, t in zip(kinds, titles, strict=True)
    )
    body = []
    for name, *rest in rows:
        cells = (f"<td{k}>{escape(cell)}</td>" for k, cell in zip(kinds[1:], rest, strict=True))
        body.append(f'<tr><th scope="row">{escape(name)}</th>{"".join(cells)}</tr>')
    label = f'role="region" aria-label="{escape(about)}" tabindex="0"'
    return f'<div class="wide" {label}><table><tr>{head}</tr>{"".join(body)}</table></div>'


def percent(share: float | None, digits: int = 0) -> str:
    """A share from 0 to 1; a dash for what a clip does not have."""
    return "-" if share is None else f"{100 * share:.{digits}f} %"
