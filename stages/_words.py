"""Timed words as a shard keeps them: columns start, end, spread, and each text as a blob."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from features.shards import Record
from features.words import Word

TRANSCRIPTS = Path("data/transcripts")


def keep_words(clip: str, source: str, words: Sequence[Word] | None) -> Record:
    """Words -> the record of a clip; without rows where nothing was transcribed."""
    words = words or ()
    texts = [w.text.encode() for w in words]
    columns = {
        "start": np.array([w.start for w in words], np.float64),
        "end": np.array([w.end for w in words], np.float64),
        "spread": np.array([w.spread for w in words], np.uint8),
    }
    ends = np.cumsum([len(t) for t in texts], dtype=np.int64)
    return Record(clip, source, columns, {"text": (ends, np.frombuffer(b"".join(texts), np.uint8))})


def read_words(record: Record) -> list[Word]:
    """The words of a kept transcript."""
    ends, data = record.blobs["text"]
    begins = [0, *ends[:-1].tolist()]
    texts = [bytes(data[a:b]).decode() for a, b in zip(begins, ends.tolist(), strict=True)]
    start, end, spread = (record.columns[c][:].tolist() for c in ("start", "end", "spread"))
    rows = zip(texts, start, end, spread, strict=True)
    return [Word(text, a, b, bool(s)) for text, a, b, s in rows]
