"""Clips -> timed words.

reads   data/ingest/clips.jsonl and transcripts.jsonl, and the files that they name
        data/ingest/sentences.json    what is said, of clips whose corpus has it without times
writes  data/transcripts/*.h5         for each word: text, start, end, whether its time was spread,
                                      whether it is speech; no word of a clip whose file cannot be
                                      read
        data/rejected/transcripts.jsonl   clip, file and reason of each of those, and of each entry
                                      that was left out of another; what people said is not in it
"""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from features.fingerprint import module_of
from features.manifest import Clip, Transcript
from features.media.heard import heard
from features.non_speech import summary
from features.shards import Shards, canonical
from features.transcripts.formats.untimed import untimed
from features.words import Words, count_sounds, keep_words
from stages.clips import read_clips, read_sentences, read_transcripts
from stages.command import log, main
from stages.extraction import extract
from stages.flaws import Spared, reject
from stages.left_out import left_out, reading
from stages.params import Extraction
from stages.paths import TRANSCRIPTS
from stages.work.ahead import ahead


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
    words = found(extractor, clip, transcript) if clip.media else None
    if words is None and sentence:
        keep = getattr(extractor, "keep_sounds", False)
        words = untimed(sentence, clip.info.duration, keep)
    return words


def found(extractor: Any, clip: Clip, transcript: Transcript | None) -> Words | None:
    """What an extractor finds, with the sounds among the words where it tells of them."""
    if hasattr(extractor, "read"):
        return None if transcript is None else reading(extractor, clip, transcript).words
    if hasattr(extractor, "hear"):
        return extractor.hear(heard(clip))
    file = None if transcript is None else Path(transcript.file)
    return extractor(heard(clip), file, clip.start, clip.end)


def source(clip: Clip, transcript: Transcript | None, sentence: str | None) -> str:
    """The digest of all that the words of a clip may come from, hex."""
    given: list[Any] = [clip.source, transcript and transcript.sha256]
    if transcript:  # its suffix decides how the file is read
        given += [Path(transcript.file).suffix.lower(), clip.info.media_s]
    if sentence:
        given += [sentence, clip.info.duration]  # over which the words are spread
    return hashlib.sha256(canonical(given).encode()).hexdigest()


def untold(_: object) -> None:
    return None


def file_of(clip: Clip) -> str:
    transcript = files().get(clip.id)
    return transcript.file if transcript else clip.media or ""


def run(params: Params) -> None:
    written, said, clips = files(), sentences(), read_clips()
    sources = {c: source(c, written.get(c.id), said.get(c.id)) for c in clips}
    spared = Spared(answer=untold, file=file_of, secret=True)
    with ahead(module_of("transcripts", params.extractor)):
        flaws = extract(
            "transcripts", params, sources, spoken, keep_words, TRANSCRIPTS, spared=spared
        )
        lost = {flaw.clip for flaw in flaws}
        pairs = [(c, written[c.id]) for c in clips if c.id in written and c.id not in lost]
        flaws += left_out(params, pairs)
    reject("transcripts", flaws, secret=True)
    kept = Shards(TRANSCRIPTS, check=False)
    if sounds := summary(sum((count_sounds(kept[clip]) for clip in kept), Counter())):
        log.info(sounds)


if __name__ == "__main__":
    main("transcripts", Params, run)
