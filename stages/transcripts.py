"""Clips -> timed words.

reads   data/ingest/clips.jsonl and transcripts.jsonl, and the files that they name
        data/ingest/sentences.json    what is said, of clips whose corpus has it without times
writes  data/transcripts/*.h5         for each word: text, start, end, whether its time was spread
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from features.manifest import Clip, Transcript
from features.media.heard import heard
from features.shards import canonical
from features.words import Words, keep_words, spread
from stages.clips import read_clips, read_sentences, read_transcripts
from stages.command import main
from stages.extraction import extract
from stages.params import Extraction
from stages.paths import TRANSCRIPTS


class Params(Extraction):
    """extractor: a file in features/transcripts/."""


@cache
def sentences() -> dict[str, str]:
    return read_sentences()


@cache
def files() -> dict[str, Transcript]:
    return read_transcripts()


def spoken(extractor: Any, clip: Clip) -> Words | None:
    """The words of a clip of the manifest."""
    return words_of(extractor, clip, files().get(clip.id), sentences().get(clip.id))


def words_of(
    extractor: Any, clip: Clip, transcript: Transcript | None, sentence: str | None
) -> Words | None:
    """What the extractor finds; where it finds nobody's transcript, what the corpus says."""
    words = None
    if clip.media:
        file = Path(transcript.file) if transcript else None
        words = extractor(heard(clip), file, clip.start, clip.end)
    if words is None and sentence:
        words = spread(sentence.split(), 0.0, clip.info.duration)
    return words


def source(clip: Clip, transcript: Transcript | None, sentence: str | None) -> str:
    """The digest of all that the words of a clip may come from, hex."""
    given: list[Any] = [clip.source, transcript and transcript.sha256]
    if transcript:
        given.append(Path(transcript.file).suffix.lower())  # it decides how the file is read
    if sentence:
        given += [sentence, clip.info.duration]  # over which the words are spread
    return hashlib.sha256(canonical(given).encode()).hexdigest()


def run(params: Params) -> None:
    written, said = files(), sentences()
    sources = {c: source(c, written.get(c.id), said.get(c.id)) for c in read_clips()}
    extract("transcripts", params, sources, spoken, keep_words, TRANSCRIPTS)


if __name__ == "__main__":
    main("transcripts", Params, run)
