"""Timed words -> transcript embeddings.

reads   data/ingest/clips.jsonl, data/transcripts/*.h5
writes  data/text/<stream>/*.h5   one Track a clip, by the extractor of that stream
"""

from __future__ import annotations

from functools import cache
from typing import Any

from features.extractor import built
from features.language import foreign, languages
from features.manifest import Clip
from features.shards import Shards, canonical
from features.spoken import text_track
from features.track import Track, keep_track
from features.weights import some
from features.words import read_words
from stages.clips import read_clips
from stages.command import log, main
from stages.extraction import extract
from stages.params import Extraction
from stages.paths import TRANSCRIPTS, extracted

NAMED = 20  # clips in a warning


@cache
def transcripts() -> Shards:
    return Shards(TRANSCRIPTS, check=False)  # checked by the stage before the workers start


def read(extractor: Any, clip: Clip) -> Track:
    return text_track(extractor, read_words(transcripts()[clip.id]))


def warn(extractor: Any, found: Shards) -> None:
    """Name the clips in which people speak a language that the model was not made for."""
    said = {clip: foreign(read_words(record) or [], extractor) for clip, record in found.items()}
    strange = [f"{clip} ({language})" for clip, language in said.items() if language]
    if strange:
        log.warning(
            "%d of %d clips are in another language than the model (%s), their rows say little: %s",
            len(strange),
            len(said),
            ", ".join(sorted(languages(extractor))),
            some(strange, NAMED),
        )


def run(params: Extraction, stream: str) -> None:
    found = Shards(TRANSCRIPTS)
    sources = {clip: found.content(clip.id) for clip in read_clips()}
    warn(built("text", params.extractor, canonical(params.options)), found)
    extract("text", params, sources, read, keep_track, extracted("text", stream), found)


if __name__ == "__main__":
    main("text", Extraction, run, "stream")
