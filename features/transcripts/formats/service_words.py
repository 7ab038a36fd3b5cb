"""A word as a service that recognises speech gives it, with times as numbers or texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from features.transcripts.formats.paths import Place, inner
from features.transcripts.formats.text import TranscriptError
from features.transcripts.formats.timing import Entry

TICKS = 10**7  # of 100 ns, a second


def timed(text: str, start: str, end: str, first: float | None = None) -> Callable[[Place], Entry]:
    """A reader of words whose text and times (s) are below these paths, a|b for a or else b.

    first  the start of a word that names none, s
    """

    def read(place: Place) -> Entry:
        where, item = place
        begin = _seconds(inner(item, start), where)
        word = str(inner(item, text) or "").strip()
        return Entry(
            word, first if begin is None else begin, _seconds(inner(item, end), where), where
        )

    return read


GOOGLE = timed(
    "word",
    "startTime|startOffset|start_time|start_offset",
    "endTime|endOffset|end_time|end_offset",
    first=0.0,  # its JSON leaves out what is 0
)


def lasting(text: str, start: str, length: str, unit: int) -> Callable[[Place], Entry]:
    """A reader of words whose text, start and length are below these paths, so many units a s."""

    def read(place: Place) -> Entry:
        where, item = place
        begin, lasts = (_seconds(inner(item, key), where) for key in (start, length))
        if begin is None or lasts is None:
            raise TranscriptError(f"{where}: expected {start} and {length}, got {item!r:.80}")
        word = str(inner(item, text) or "").strip()
        return Entry(word, begin / unit, (begin + lasts) / unit, where)

    return read


def content(item: Any) -> str:
    """The text of a word or a punctuation mark, whichever service it is of."""
    return str(inner(item, "alternatives.0.content|value|word") or "").strip()


def _seconds(time: Any, where: str) -> float | None:
    """A time as 1.4, "1.4", "1.400s" or {"seconds": 1, "nanos": 400000000}, in s."""
    if isinstance(time, dict):
        whole, nanos = (_number(time.get(key, 0), where) for key in ("seconds", "nanos"))
        return whole + nanos / 1e9
    return None if time is None else _number(time, where)


def _number(time: Any, where: str) -> float:
    try:
        if isinstance(time, bool) or not isinstance(time, int | float | str):
            raise ValueError
        return float(time.removesuffix("s") if isinstance(time, str) else time)
    except ValueError as error:
        raise TranscriptError(f"{where}: a time must be seconds, got {time!r:.80}") from error
