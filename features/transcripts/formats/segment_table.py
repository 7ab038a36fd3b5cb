"""Tables of segments, start,end,text: the .tsv of Whisper and the .csv of whisper.cpp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from features.splitting import words_in
from features.transcripts.formats.outside import FASTEST
from features.transcripts.formats.reading import usable
from features.transcripts.formats.spans import Span, in_turn
from features.transcripts.formats.text import TranscriptError
from features.transcripts.formats.timing import Entry, measured
from features.words import Words

SEGMENT = ("start", "end", "text")
Row = tuple[str, Mapping[str, str]]  # where it is, its cells by column


def segments(rows: Sequence[Row], problems: list[str]) -> Words:
    """The words of rows with a start, an end and a text.

    Times are in ms, as these programs write them. In a table in which any has a decimal point they
    are in s, since ms have none, and so they are where nobody could say so many words in ms.
    """
    entries = list(usable(rows, lambda row: _entry(*row), problems))
    decimal = any("." in row[column] for _, row in rows for column in ("start", "end"))
    total_ms = sum(max(0.0, end - start) for _, start, end, _ in entries)
    hasty = sum(len(texts) for *_, texts in entries) > FASTEST * total_ms / 1000
    unit = 1 if decimal or hasty else 1000  # of them a second
    return in_turn(usable(entries, lambda entry: _span(*entry, unit), problems))


def _entry(where: str, row: Mapping[str, str]) -> tuple[str, float, float, list[str]]:
    """Where a row is, its times in the table's unit, and its words."""
    try:
        return where, float(row["start"]), float(row["end"]), words_in(row["text"])
    except ValueError as error:
        raise TranscriptError(
            f"{where}: start and end must be numbers of ms, "
            f"got {row['start']!r:.40} and {row['end']!r:.40}"
        ) from error


def _span(where: str, start: float, end: float, texts: list[str], unit: int) -> Span:
    measured(Entry("the segment", start / unit, end / unit, where))  # refuses reversed times
    return Span(start / unit, end / unit, texts)
