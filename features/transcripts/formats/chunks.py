"""JSON of transformers' pipeline: {"text", "chunks": [{"text", "timestamp": [start, end]}]}."""

from __future__ import annotations

from typing import Any

from features.splitting import words_in
from features.transcripts.formats.paths import Place, inner
from features.transcripts.formats.reading import usable
from features.transcripts.formats.spans import Span, in_turn, said
from features.transcripts.formats.text import TranscriptError
from features.transcripts.formats.timing import Entry, measured
from features.transcripts.formats.whisper_json import listed
from features.words import Words, saying


def chunk_words(items: Any, where: str, problems: list[str]) -> Words:
    """The words of a list of chunks, words or segments; raises TranscriptError if it is none.

    The last one has no end where the sound ends within it: it takes as long as people would.
    """
    return in_turn(usable(listed(items, where), _span, problems))


def _span(place: Place) -> Span:
    where, item = place
    text, times = inner(item, "text"), inner(item, "timestamp")
    if not isinstance(text, str) or not isinstance(times, list) or len(times) != 2:
        raise TranscriptError(
            f'{where}: expected {{"text", "timestamp": [s, s]}}, got {item!r:.80}'
        )
    start, end = times
    if any(isinstance(t, bool) or not isinstance(t, int | float | None) for t in times):
        raise TranscriptError(f"{where}: timestamp must be numbers of seconds, got {times!r:.80}")
    texts = words_in(text)
    if end is None and start is not None:
        return Span(*_known(start, start + saying(text), where), texts)
    return said(texts, *_known(start, end, where))


def _known(start: float | None, end: float | None, where: str) -> tuple[float, float]:
    word = measured(Entry("the chunk", start, end, where))  # refuses reversed times
    return word.start, word.end
