"""What is said in a video: by its transcript, or by what heard the words of the training."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from features.language import foreign, languages
from features.media import Sound
from features.transcripts.formats.untimed import plain
from features.transcripts.sidecar import Sidecar
from features.words import Words

log = logging.getLogger("stages")
PLAIN = ".txt"  # words without times, spread over the video as a corpus spreads them over a clip
Source = Callable[[int], Iterable[Sound]]


def words(extractor: Any, source: Source, transcript: Path | None, duration: float) -> Words | None:
    """The words of a video of so many s; None: nothing says what they are, nor that there are none.

    As in a corpus, words without times count where the extractor finds nothing by itself. Raises
    TranscriptError naming the file.
    """
    untimed = transcript if transcript and transcript.suffix.lower() == PLAIN else None
    file = None if untimed else transcript
    reads, keep = isinstance(extractor, Sidecar), getattr(extractor, "keep_sounds", False)
    checks = {"media_s": duration} if reads else {}
    found = extractor(source, file, 0.0, None, **checks)
    if found is None and untimed:
        return plain(untimed, duration, keep)
    if transcript and not reads:
        log.warning("%s is not used: the run was trained on words that were heard", transcript)
    return found


def warn(said: Words | None, reader: Any) -> None:
    """Say so if the text extractor `reader` was not made for the language of these words."""
    if spoken := foreign(said or [], reader):
        known = ", ".join(sorted(languages(reader)))
        log.warning("the words are %s, the text model is for %s: they say little", spoken, known)
