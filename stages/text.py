"""Timed words -> transcript embeddings.

reads   data/ingest/clips.jsonl, data/transcripts/*.h5
writes  data/text/*.h5            one Track a clip
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from features.shards import Shards
from features.track import Track, keep_track
from features.words import read_words
from stages._clips import Clip, read_clips
from stages._extract import extract
from stages._main import main
from stages._params import Extraction

TRANSCRIPTS = Path("data/transcripts")
TEXT = Path("data/text")


class Params(Extraction):
    """extractor: a file in features/text/."""


@cache
def transcripts() -> Shards:
    return Shards(TRANSCRIPTS, check=False)  # checked by the stage before the workers start


def meaning(extractor: Any, clip: Clip) -> Track:
    return extractor(read_words(transcripts()[clip.id]))


def run(params: Params) -> None:
    found = Shards(TRANSCRIPTS)
    sources = {clip: found.content(clip.id) for clip in read_clips()}
    extract("text", params, sources, meaning, keep_track, TEXT, {"transcripts": found.meta})


if __name__ == "__main__":
    main("text", Params, run)
