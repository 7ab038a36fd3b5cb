"""JSON of whisper.cpp: {"transcription": [{"offsets" or "timestamps", "text", "tokens"}]}."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from features.splitting import words_in
from features.transcripts.formats.clock import CLOCK, seconds
from features.transcripts.formats.paths import Place, inner
from features.transcripts.formats.reading import usable
from features.transcripts.formats.spans import Span, in_turn, said
from features.transcripts.formats.text import TranscriptError
from features.transcripts.formats.timing import Entry, measured
from features.transcripts.formats.whisper_json import listed
from features.words import Word, Words

CONTROL = re.compile(r"\s*\[_\w+\]\s*")  # tokens that begin, end or time a text: [_TT_150]
Piece = tuple[str, float, float]  # of a word: its letters, from when to when, s


def cpp_words(items: Any, where: str, problems: list[str]) -> Words:
    """The words of a list of segments; raises TranscriptError if it is none."""
    return in_turn(usable(listed(items, where), _span, problems))


def _span(place: Place) -> Span:
    where, item = place
    text = inner(item, "text")
    if not isinstance(text, str):
        raise TranscriptError(f'{where}: expected {{"offsets", "text"}}, got {item!r:.80}')
    start, end = _times(where, item)
    measured(Entry("the segment", start, end, where))  # refuses reversed times
    texts = words_in(text)
    try:
        words = [_word(pieces, where) for pieces in _pieces(where, inner(item, "tokens"))]
    except TranscriptError:  # without -ojf and times of tokens, or with reversed ones
        words = []
    if words and [word.text for word in words] == texts:
        return Span(start, end, words=words)
    return said(texts, start, end)


def _pieces(where: str, tokens: Any) -> Iterator[list[Piece]]:
    """The tokens of each word: a space begins the next."""
    pieces: list[Piece] = []
    for place, token in listed(tokens or [], f"{where}.tokens"):
        text = str(inner(token, "text") or "")
        if CONTROL.fullmatch(text):
            continue
        if text.startswith(" ") and pieces:
            yield pieces
            pieces = []
        pieces.append((text, *_times(place, token)))
    if pieces:
        yield pieces


def _word(pieces: list[Piece], where: str) -> Word:
    text = "".join(letters for letters, _, _ in pieces).strip()
    return measured(Entry(text, pieces[0][1], pieces[-1][2], where))


def _times(where: str, item: Any) -> tuple[float, float]:
    """The start and the end of a segment or a token, s."""
    offsets = [inner(item, f"offsets.{key}") for key in ("from", "to")]
    if all(isinstance(ms, int | float) for ms in offsets):
        return offsets[0] / 1000, offsets[1] / 1000
    stamps = [re.fullmatch(CLOCK, str(inner(item, f"timestamps.{key}"))) for key in ("from", "to")]
    if stamps[0] and stamps[1]:
        return seconds(*stamps[0].groups()), seconds(*stamps[1].groups())
    raise TranscriptError(f"{where}: expected offsets from and to, in ms, got {item!r:.80}")
