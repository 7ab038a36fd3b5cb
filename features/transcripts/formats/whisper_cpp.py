"""JSON of whisper.cpp: {"transcription": [{"offsets" or "timestamps", "text", "tokens"}]}."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from features.splitting import UNSPACED, words_in
from features.transcripts.formats.clock import CLOCK, seconds
from features.transcripts.formats.paths import Place, inner
from features.transcripts.formats.reading import usable
from features.transcripts.formats.spans import Span, in_turn, said
from features.transcripts.formats.text import TranscriptError
from features.transcripts.formats.timing import Entry, measured
from features.transcripts.formats.whisper_json import listed
from features.words import Word, Words

CONTROL = re.compile(r"\s*\[_\w+\]\s*")  # tokens that begin, end or time a text: [_TT_150]
INSIDE = ("'", "\u2019", "-")  # marks that a word may go on behind
Piece = tuple[str, float, float]  # of a word: its letters, from when to when, s


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment's text from `start` to `end`, s, where it is in the file, and its tokens."""

    where: str
    text: str
    start: float
    end: float
    tokens: list[Place]


def cpp_words(items: Any, where: str, problems: list[str]) -> Words:
    """The words of a list of segments; raises TranscriptError if it is none."""
    return in_turn(map(_span, _whole(list(usable(listed(items, where), _segment, problems)))))


def _segment(place: Place) -> Segment:
    where, item = place
    text = inner(item, "text")
    if not isinstance(text, str):
        raise TranscriptError(f'{where}: expected {{"offsets", "text"}}, got {item!r:.80}')
    start, end = _times(where, item)
    measured(Entry("the segment", start, end, where))  # refuses reversed times
    tokens = inner(item, "tokens")
    places = listed(tokens if isinstance(tokens, list) else [], f"{where}.tokens")
    return Segment(where, text, start, end, places)


def _whole(segments: list[Segment]) -> list[Segment]:
    """Segments, of which those that begin inside a word are joined to the one before.

    If their length is limited (-ml 1) they are tokens: a space begins a word, where any has one.
    """
    whole: list[Segment] = []
    spaced = any(segment.text.startswith(" ") for segment in segments)
    for segment in segments:
        if spaced and whole and _goes_on(whole[-1].text, segment.text):
            text, tokens = whole[-1].text + segment.text, whole[-1].tokens + segment.tokens
            whole[-1] = replace(whole[-1], text=text, end=segment.end, tokens=tokens)
        else:
            whole.append(segment)
    return whole


def _goes_on(before: str, text: str) -> bool:
    """Whether a text begins inside the word with which the one before ends."""
    if not text or text[0].isspace() or UNSPACED.match(text):
        return False
    tokens = not any(" " in segment.strip() for segment in (before, text))
    return tokens or before[-1].isalnum() or before.endswith(INSIDE)


def _span(segment: Segment) -> Span:
    texts = words_in(segment.text)
    try:
        words = [_word(pieces, segment.where) for pieces in _pieces(segment.tokens)]
    except TranscriptError:  # without -ojf and times of tokens, or with reversed ones
        words = []
    if words and [word.text for word in words] == texts:
        return Span(segment.start, segment.end, words=words)
    return said(texts, segment.start, segment.end)


def _pieces(tokens: list[Place]) -> Iterator[list[Piece]]:
    """The tokens of each word: a space begins the next."""
    pieces: list[Piece] = []
    for place, token in tokens:
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
