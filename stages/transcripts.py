"""Clips -> timed words.

reads   data/ingest/clips.jsonl, and the media or transcript files it names
writes  data/transcripts/*.h5     for each word: text, start, end, whether its time was spread
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from features.shards import canonical
from features.words import keep_words
from stages._clips import Clip, read_clips
from stages._extract import extract
from stages._main import main
from stages._params import Extraction

TRANSCRIPTS = Path("data/transcripts")


class Params(Extraction):
    """extractor: a file in features/transcripts/."""


def spoken(clip: Clip) -> tuple[Path, Path | None]:
    return Path(clip.media), Path(clip.transcript) if clip.transcript else None


def run(params: Params) -> None:
    sources = {
        clip: hashlib.sha256(canonical([clip.sha256, clip.transcript_sha256]).encode()).hexdigest()
        for clip in read_clips()
    }
    extract("transcripts", params, sources, spoken, keep_words, TRANSCRIPTS)


if __name__ == "__main__":
    main("transcripts", Params, run)
