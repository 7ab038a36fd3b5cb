"""Word: something somebody said, and when."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from typing import Any, TypeAlias

import numpy as np

from features.shards.record import Record
from features.splitting import words_in

WORD_S = 0.4  # of a word that is only written; people say about 150 a minute


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word; raises ValueError unless 0 <= start <= end, both finite, and text.

    Or a sound that somebody wrote down among the words, [Music]: then it is no `speech`.
    """

    text: str
    start: float  # s from the start of the clip's media
    end: float  # s; may equal start
    spread: bool  # True: not measured, but shared out from the time of a longer segment
    speech: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or not self.text.strip():
            raise ValueError(f"a word must have text, got {self.text!r}")
        for name, time in (("start", self.start), ("end", self.end)):
            if isinstance(time, bool) or not isinstance(time, int | float):
                raise ValueError(f"{name} of {self.text!r} must be seconds, got {time!r}")
            if not math.isfinite(time) or time < 0:
                raise ValueError(f"{name} of {self.text!r} must be 0 s or later, got {time}")
        if self.end < self.start:
            raise ValueError(f"{self.text!r} ends at {self.end} s, before its start {self.start} s")
        for name, flag in (("spread", self.spread), ("speech", self.speech)):
            if not isinstance(flag, bool):
                raise ValueError(f"{name} of {self.text!r} must be true or false, got {flag!r}")


Words: TypeAlias = list[Word]  # of one clip, in order of their start


def spread(texts: Sequence[str], start: float, end: float) -> Words:
    """Words that share the time from `start` to `end` (s) in proportion to their lengths."""
    total = sum(map(len, texts))
    edges = [min(end, start + (end - start) * n / total) for n in accumulate(map(len, texts))]
    edges[-1:] = [end]
    return [Word(*word, True) for word in zip(texts, [start, *edges], edges, strict=False)]


def saying(sentence: str) -> float:
    """How long somebody would take to say a sentence of which only the words are known, s."""
    return WORD_S * len(words_in(sentence))


def spoken(words: Iterable[Word]) -> Words:
    """The words that somebody says: without sounds."""
    return [word for word in words if word.speech]


def within(words: Iterable[Word], start: float, end: float | None) -> Words:
    """The words whose middle lies in [start, end) s, cut to it; their times count from `start`."""
    stop = math.inf if end is None else end
    return [
        replace(word, start=max(word.start - start, 0.0), end=min(word.end, stop) - start)
        for word in words
        if start <= (word.start + word.end) / 2 < stop
    ]


def to_json(words: Iterable[Word]) -> list[dict[str, Any]]:
    """Words as plain dicts with the keys text, start, end, spread, speech."""
    return [asdict(word) for word in words]


def from_json(rows: Iterable[Mapping[str, Any]]) -> Words:
    """The words that `to_json` made dicts of; raises ValueError naming one that is no word."""
    words = []
    for index, row in enumerate(rows):
        try:
            words.append(Word(**row))
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"word {index} must be text, start, end, spread, got {row!r}: {error}"
            ) from error
    return words


def keep_words(clip: str, source: str, words: Sequence[Word] | None) -> Record:
    """The record of a clip's words, a row each, those that are sounds included.

    Without rows if nobody has transcribed it (None); with one row that has no text if nobody speaks
    in it and there is no sound ([]).
    """
    rows = [(w.text.encode(), w.start, w.end, w.spread, w.speech) for w in words or ()]
    if words is not None and not rows:
        rows = [(b"", 0.0, 0.0, False, False)]
    texts = [text for text, *_ in rows]
    types = {"start": np.float64, "end": np.float64, "spread": np.uint8, "speech": np.uint8}
    columns = {
        name: np.array([row[i] for row in rows], dtype)
        for i, (name, dtype) in enumerate(types.items(), 1)
    }
    ends = np.cumsum([len(t) for t in texts], dtype=np.int64)
    return Record(clip, source, columns, {"text": (ends, np.frombuffer(b"".join(texts), np.uint8))})


def read_words(record: Record) -> Words | None:
    """The words of a record that are spoken, [] where nobody speaks; None: no transcript."""
    return spoken(_rows(record)) if len(record) else None


def count_sounds(record: Record) -> Counter[str]:
    """How often a record has each sound that is no word: {"[Music]": 2}."""
    return Counter(word.text for word in _rows(record) if not word.speech)


def _rows(record: Record) -> Words:
    """Every row of a record that has text; those of older records are all spoken."""
    ends, data = record.blobs["text"]
    begins = [0, *ends.tolist()][:-1]
    texts = [bytes(data[a:b]).decode() for a, b in zip(begins, ends.tolist(), strict=True)]
    start, end, spread = (record.columns[c][:].tolist() for c in ("start", "end", "spread"))
    speech = record.columns.get("speech", np.ones(len(texts), np.uint8))[:].tolist()
    rows = zip(texts, start, end, spread, speech, strict=True)
    return [Word(text, a, b, bool(s), bool(said)) for text, a, b, s, said in rows if text]
