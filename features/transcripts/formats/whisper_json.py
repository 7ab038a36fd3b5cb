"""Transcripts that Whisper, faster-whisper and WhisperX write (.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from features.transcripts.formats.spans import Span, in_turn
from features.transcripts.formats.text import TranscriptError, read_text
from features.transcripts.formats.timing import Entry, measured, placed
from features.words import Words

DIGITS = 308  # of an integer that surely fits a float; a longer one becomes infinite
EXPECTED = (
    'expected {"segments": [{"start", "end", "text", "words": [{"word", "start", "end"}]}]}, '
    '{"words": [...]} or a list of either'
)


def read_whisper(file: Path) -> Words:
    """The words of a .json file; raises TranscriptError naming file, index or line."""
    text = read_text(file)
    if not text.strip():
        return []
    try:
        document = json.loads(text, parse_int=_number)
    except (json.JSONDecodeError, RecursionError) as error:
        raise TranscriptError(f"{file}: not JSON: {error}") from error
    if isinstance(document, list):
        key = "segments" if any(_is_segment(item) for item in document) else "words"
        return _read(document, key, f"{file}: ")
    keys = document if isinstance(document, dict) else {}
    for key in ("words", "segments"):  # with both, words are timed and segments may not be
        if keys.get(key):
            return _read(keys[key], key, f"{file}: {key}")
    if "words" in keys or "segments" in keys:
        return []
    raise TranscriptError(f"{file}: {EXPECTED}, got {', '.join(keys) or type(document).__name__}")


def _read(items: Any, key: str, where: str) -> Words:
    if not isinstance(items, list):
        raise TranscriptError(f"{where}: expected a list, got {items!r:.80}")
    if key == "words":
        return placed(_entries(items, where))
    return in_turn(_segment(item, f"{where}[{i}]") for i, item in enumerate(items))


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= DIGITS else float(digits)


def _is_segment(item: Any) -> bool:
    return isinstance(item, dict) and "word" not in item and ("words" in item or " " in _text(item))


def _segment(item: Any, where: str) -> Span:
    start, end = _seconds(item, "start", where), _seconds(item, "end", where)
    bounds = [time for time in (start, end) if time is not None]
    if bounds:
        measured(Entry("the segment", bounds[0], bounds[-1], where))  # refuses reversed times
    texts = _text(item).split()
    if item.get("words"):
        if not isinstance(item["words"], list):
            raise TranscriptError(f"{where}.words: expected a list, got {item['words']!r:.80}")
        words = placed(_entries(item["words"], f"{where}.words"), start, end)
        if not all(word.spread for word in words):
            return Span(min(w.start for w in words), max(w.end for w in words), words=words)
        texts = [word.text for word in words]
    if texts and (start is None or end is None):
        raise TranscriptError(f"{where}: {_text(item)!r:.80} needs start and end, or timed words")
    return Span(start or 0.0, end or 0.0, texts)


def _entries(items: list[Any], where: str) -> list[Entry]:
    entries = []
    for i, item in enumerate(items):
        place = f"{where}[{i}]"
        times = (_seconds(item, "start", place), _seconds(item, "end", place))
        if not ("word" in item or "text" in item):
            raise TranscriptError(f'{place}: expected {{"word", "start", "end"}}, got {item!r:.80}')
        if text := _text(item):
            entries.append(Entry(text, *times, place))
    return entries


def _text(item: dict[str, Any]) -> str:
    return str(item.get("word", item.get("text")) or "").strip()


def _seconds(item: Any, key: str, where: str) -> float | None:
    if not isinstance(item, dict):
        raise TranscriptError(f"{where}: expected an object with a start and an end, got {item!r}")
    time = item.get(key)
    if time is not None and (isinstance(time, bool) or not isinstance(time, int | float)):
        raise TranscriptError(f"{where}: {key} must be a number of seconds, got {time!r}")
    return time if time is None else float(time)
