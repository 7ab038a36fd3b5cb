"""Tables of segments, start,end,text: the .tsv of Whisper and the .csv of whisper.cpp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from features.splitting import words_in
from features.transcripts.formats.reading import usable
from features.transcripts.formats.spans import Span, in_turn
from features.transcripts.formats.text import TranscriptError
from features.transcripts.formats.timing import Entry, measured
from features.words import Words

SEGMENT = ("start", "end", "text")
Row = tuple[str, Mapping[str, str]]  # where it is, its cells by column


def segments(rows: Sequence[Row], problems: list[str]) -> Words:
    """The words of rows with a start, an end and a text.

    Times are in ms, as these programs write them; in a table in which any has a decimal point they
    are in s, since ms have none.
    """
    times = [row[column] for _, row in rows for column in ("start", "end")]
    unit = 1 if any("." in time for time in times) else 1000  # of them a second
    return in_turn(usable(rows, lambda row: _span(*row, unit), problems))


def _span(where: str, row: Mapping[str, str], unit: int) -> Span:
    try:
        start, end = float(row["start"]) / unit, float(row["end"]) / unit
    except ValueError as error:
        raise TranscriptError(
            f"{where}: start and end must be numbers of ms, "
            f"got {row['start']!r:.40} and {row['end']!r:.40}"
        ) from error
    measured(Entry("the segment", start, end, where))  # refuses reversed times
    return Span(start, end, words_in(row["text"]))
