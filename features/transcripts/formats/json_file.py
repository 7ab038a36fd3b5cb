"""Transcripts in JSON: who wrote one is told by its shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from features.transcripts.formats.assemblyai import in_seconds
from features.transcripts.formats.chunks import chunk_words
from features.transcripts.formats.reading import Reading
from features.transcripts.formats.services import service_words
from features.transcripts.formats.text import TranscriptError, read_text
from features.transcripts.formats.whisper_cpp import cpp_words
from features.transcripts.formats.whisper_json import is_segment, segments_of, words_of
from features.words import Words

LISTS = {  # by key, the first that is not empty: words have times, segments may have none
    "words": words_of,
    "segments": segments_of,
    "word_segments": words_of,  # WhisperX, without segments
    "chunks": chunk_words,  # transformers
    "transcription": cpp_words,  # whisper.cpp
}
DONE = ("completed", "complete", "done", "finished", "ok", "success", "succeeded")  # of a job
DIGITS = 308  # of an integer that surely fits a float; a longer one becomes infinite
EXPECTED = (
    'expected {"segments": [{"start", "end", "text", "words": [{"word", "start", "end"}]}]}, '
    '{"words": [...]} or a list of either'
)


def read_json(file: Path) -> Reading:
    """The words of a .json file; raises TranscriptError naming file, index or line."""
    text = read_text(file)
    if not text.strip():
        return Reading([])
    try:
        document = json.loads(text, parse_int=_number)
    except (json.JSONDecodeError, RecursionError) as error:
        raise TranscriptError(f"{file}: not JSON: {error}") from error
    problems: list[str] = []
    words = _words(document, file, problems)
    return Reading([replace(word, text=_encodable(word.text)) for word in words], problems)


def _words(document: Any, file: Path, problems: list[str]) -> Words:
    keys = in_seconds(document) if isinstance(document, dict) else {}
    for key, read in LISTS.items():
        if keys.get(key):
            return read(keys[key], f"{file}: {key}", problems)
    found = service_words(document, file, problems)
    if found is not None:
        return found
    if isinstance(document, list):
        return _listed(document, f"{file}: ", problems)
    if any(key in keys for key in (*LISTS, "text")):
        _check_silent(document, file)
        return []
    got = ", ".join(keys) or type(document).__name__
    raise TranscriptError(f"{file}: {EXPECTED}, got {_encodable(got):.200}")


def _listed(items: list[Any], where: str, problems: list[str]) -> Words:
    """The words of a list of chunks, segments or words."""
    if any(isinstance(item, dict) and "timestamp" in item for item in items):
        return chunk_words(items, where, problems)
    segments = any(is_segment(item) for item in items)
    return (segments_of if segments else words_of)(items, where, problems)


def _check_silent(document: Mapping[str, Any], file: Path) -> None:
    """Raises TranscriptError where that there is nothing with a time does not say that nobody
    spoke: the job has failed or not ended, or there is text."""
    status, error = str(document.get("status") or DONE[0]).lower(), document.get("error")
    if error or status not in DONE:
        reason = _encodable(str(error or f"its status is {status!r}"))
        raise TranscriptError(f"{file}: nothing is transcribed: {reason:.120}")
    if str(document.get("text") or "").strip():
        raise TranscriptError(f"{file}: it has a text, and no times of segments or words")


def _encodable(text: str) -> str:
    """A text without halves of characters, which JSON can spell and no file can hold."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= DIGITS else float(digits)
