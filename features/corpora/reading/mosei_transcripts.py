"""Transcripts of CMU-MOSEI: lines of video___segment___start___end___what is said."""

from __future__ import annotations

from pathlib import Path

from features.corpora.reading.tables import Row, text_of

FIELDS = ("video", "segment", "start", "end", "text")


def segments_of(file: Path) -> dict[str, Row]:
    """The lines of a transcript by the number of the segment; none without a file.

    A cell that a line lacks is empty. Raises CorpusError where the file is not UTF-8.
    """
    rows = {}
    lines = text_of(file).split("\n") if file.is_file() else []
    for line, text in enumerate(lines, start=1):
        if text.strip():
            cells = [cell.strip() for cell in text.split("___", len(FIELDS) - 1)]
            cells += [""] * (len(FIELDS) - len(cells))
            row = Row(file, line, dict(zip(FIELDS, cells, strict=True)))
            rows[row.cells["segment"]] = row
    return rows
