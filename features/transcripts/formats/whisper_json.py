"""Transcripts that Whisper, faster-whisper and WhisperX write as JSON, and their like.

Times are `start` and `end`, `start_time` and `end_time`, or `start` and `duration`, in s.
"""

from __future__ import annotations

from typing import Any

from features.splitting import words_in
from features.transcripts.formats.paths import Place, inner
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
    start, end = _times(item, where)
    known = [time for time in (start, end) if time is not None]
    if known:
        measured(Entry("the segment", known[0], known[-1], where))  # refuses reversed times
    return start, end


def _entries(items: Any, where: str, problems: list[str]) -> list[Entry]:
    found = usable(listed(items, where), lambda item: _entry(*item), problems)
    return [entry for entry in found if entry.text]


def _entry(where: str, item: Any) -> Entry:
    if isinstance(item, list) and isinstance(inner(item, "2"), str):  # faster-whisper's tuples
        item = dict(zip(("start", "end", "word"), item, strict=False))
    word, times = _checked(item, where), _times(item, where)
    if not ("word" in word or "text" in word):
        raise TranscriptError(f'{where}: expected {{"word", "start", "end"}}, got {item!r:.80}')
    return Entry(_text(word), *times, where)


def _checked(item: Any, where: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise TranscriptError(
            f"{where}: expected an object with a start and an end, got {item!r:.80}"
        )
    return item


def _text(item: dict[str, Any]) -> str:
    return str(item.get("word", item.get("text")) or "").strip()


def _times(item: Any, where: str) -> tuple[float | None, float | None]:
    """When something starts and ends, s; None where it does not say."""
    known = _checked(item, where)
    start, end = (
        _seconds(known, f"{key}_time" if known.get(key) is None else key, where)
        for key in ("start", "end")
    )
    if start is not None and end is None:
        length = _seconds(known, "duration", where)
        end = None if length is None else start + length
    return start, end


def _seconds(item: dict[str, Any], key: str, where: str) -> float | None:
    time = item.get(key)
    if time is not None and (isinstance(time, bool) or not isinstance(time, int | float)):
        raise TranscriptError(f"{where}: {key} must be a number of seconds, got {time!r:.80}")
    return time if time is None else float(time)
