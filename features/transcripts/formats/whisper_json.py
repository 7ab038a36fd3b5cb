"""Transcripts that Whisper, faster-whisper and WhisperX write as JSON."""

from __future__ import annotations

from typing import Any

from features.splitting import words_in
from features.transcripts.formats.paths import Place
from features.transcripts.formats.reading import usable
from features.transcripts.formats.spans import Span, in_turn
from features.transcripts.formats.text import TranscriptError
from features.transcripts.formats.timing import Entry, measured, placed
from features.words import Words


def words_of(items: Any, where: str, problems: list[str]) -> Words:
    """The words of a list of {"word", "start", "end"}; raises TranscriptError if it is none."""
    return placed(list(_entries(items, where, problems)), problems)


def segments_of(items: Any, where: str, problems: list[str]) -> Words:
    """The words of a list of {"start", "end", "text", "words": [...]}; raises TranscriptError."""
    return in_turn(usable(listed(items, where), lambda item: _segment(*item, problems), problems))


def listed(items: Any, where: str) -> list[Place]:
    """Where each item of a list is, and the item; raises TranscriptError if it is no list."""
    if not isinstance(items, list):
        raise TranscriptError(f"{where}: expected a list, got {items!r:.80}")
    return [(f"{where}[{i}]", item) for i, item in enumerate(items)]


def is_segment(item: Any) -> bool:
    """Whether an item of a list is a segment rather than a word."""
    if not isinstance(item, dict) or "word" in item:
        return False
    return "words" in item or len(words_in(_text(item))) > 1


def _segment(where: str, item: Any, problems: list[str]) -> Span:
    words = _checked(item, where).get("words")
    try:
        start, end = _bounds(item, where)
    except TranscriptError as error:
        if not words:
            raise
        problems.append(str(error))  # its words may well have times
        start = end = None
    texts = words_in(_text(item))
    if words:
        found = placed(list(_entries(words, f"{where}.words", problems)), problems, start, end)
        if not all(word.spread for word in found):
            return Span(min(w.start for w in found), max(w.end for w in found), words=found)
        texts = [word.text for word in found]
    if texts and (start is None or end is None):
        raise TranscriptError(f"{where}: {_text(item)!r:.80} needs start and end, or timed words")
    return Span(start or 0.0, end or 0.0, texts)


def _bounds(item: dict[str, Any], where: str) -> tuple[float | None, float | None]:
    start, end = _seconds(item, "start", where), _seconds(item, "end", where)
    known = [time for time in (start, end) if time is not None]
    if known:
        measured(Entry("the segment", known[0], known[-1], where))  # refuses reversed times
    return start, end


def _entries(items: Any, where: str, problems: list[str]) -> list[Entry]:
    found = usable(listed(items, where), lambda item: _entry(*item), problems)
    return [entry for entry in found if entry.text]


def _entry(where: str, item: Any) -> Entry:
    times = (_seconds(item, "start", where), _seconds(item, "end", where))
    if not ("word" in item or "text" in item):
        raise TranscriptError(f'{where}: expected {{"word", "start", "end"}}, got {item!r:.80}')
    return Entry(_text(item), *times, where)


def _checked(item: Any, where: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise TranscriptError(
            f"{where}: expected an object with a start and an end, got {item!r:.80}"
        )
    return item


def _text(item: dict[str, Any]) -> str:
    return str(item.get("word", item.get("text")) or "").strip()


def _seconds(item: Any, key: str, where: str) -> float | None:
    time = _checked(item, where).get(key)
    if time is not None and (isinstance(time, bool) or not isinstance(time, int | float)):
        raise TranscriptError(f"{where}: {key} must be a number of seconds, got {time!r:.80}")
    return time if time is None else float(time)
