"""Clips -> timed words.

reads   data/ingest/clips.jsonl, and the media or transcript files it names
        data/ingest/sentences.json    what is said, of clips whose corpus has it without times
writes  data/transcripts/*.h5         for each word: text, start, end, whether its time was spread
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from features.shards import canonical
from features.words import Words, keep_words, spread
from stages._clips import Clip, read_clips, read_sentences
from stages._extract import extract
from stages._main import main
from stages._media import heard
from stages._params import Extraction

TRANSCRIPTS = Path("data/transcripts")


class Params(Extraction):
    """extractor: a file in features/transcripts/."""


@cache
def sentences() -> dict[str, str]:
    return read_sentences()


def spoken(extractor: Any, clip: Clip) -> Words | None:
    """What the extractor finds; where it finds nobody's transcript, what the corpus says."""
    words = None
    if clip.media:
        file = Path(clip.transcript) if clip.transcript else None
        words = extractor(heard(clip), file, clip.start, clip.end)
    if words is None and clip.id in sentences():
        words = spread(sentences()[clip.id].split(), 0.0, clip.info.duration)
    return words


def source(clip: Clip, sentence: str | None) -> str:
    """The digest of all that the words of a clip may come from, hex."""
    given: list[Any] = [clip.source, clip.transcript_sha256]
    if clip.transcript:
        given.append(Path(clip.transcript).suffix.lower())  # it decides how the file is read
    if sentence:
        given += [sentence, clip.info.duration]  # over which the words are spread
    return hashlib.sha256(canonical(given).encode()).hexdigest()


def run(params: Params) -> None:
    sources = {clip: source(clip, sentences().get(clip.id)) for clip in read_clips()}
    extract("transcripts", params, sources, spoken, keep_words, TRANSCRIPTS)


if __name__ == "__main__":
    main("transcripts", Params, run)
