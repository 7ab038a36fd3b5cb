"""Spans: what is said from one time to another, put into words one after the other."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from features.words import Word, Words, spread


@dataclass(frozen=True, slots=True)
class Span:
    """A span of speech from `start` to `end`, s: texts that share this time, or timed words."""

    start: float
    end: float
    texts: list[str] = field(default_factory=list)
    words: Words = field(default_factory=list)


def said(texts: list[str], start: float, end: float) -> Span:
    """What is said from `start` to `end`, s: the time of a word alone is measured."""
    if len(texts) == 1:
        return Span(start, end, words=[Word(texts[0], start, end, False)])
    return Span(start, end, texts)


def in_turn(spans: Iterable[Span]) -> Words:
    """The words of spans, in order.

    Texts get the time until the next span begins, and those of spans that begin together share it.
    Cutting spans rather than words keeps what each speaker says in one piece.
    """
    filled = sorted((s for s in spans if s.texts or s.words), key=lambda span: span.start)
    turns = [(at, list(turn)) for at, turn in groupby(filled, key=lambda span: span.start)]
    stops = [*(at for at, _ in turns[1:]), math.inf]
    words: Words = []
    for (start, turn), stop in zip(turns, stops, strict=False):
        words += [word for span in turn for word in span.words]
        if texts := [text for span in turn for text in span.texts]:
            end = max(span.end for span in turn if span.texts)
            words += spread(texts, start, min(end, stop))
    return words
