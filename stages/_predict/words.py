"""What is said in a video: by its transcript, or by what heard the words of the training."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from features.language import foreign, languages
from features.media import Sound
from features.words import Words, spread

log = logging.getLogger("stages")
PLAIN = ".txt"  # words without times, spread over the video as a corpus spreads them over a clip
Source = Callable[[int], Iterable[Sound]]


def words(extractor: Any, source: Source, transcript: Path | None, duration: float) -> Words:
    """The words of a video of so many s. Raises TranscriptError, ValueError naming the file."""
    if transcript is None or transcript.suffix.lower() != PLAIN:
        return extractor(source, transcript, 0.0, None) or []
    heard = extractor(source, None, 0.0, None)
    return spread(_read(transcript), 0.0, duration) if heard is None else heard


def _read(plain: Path) -> list[str]:
    try:
        return plain.read_text(encoding="utf-8-sig").split()
    except UnicodeDecodeError as error:
        raise ValueError(f"{plain} must be UTF-8: {error}") from error


def warn(said: Words, reader: Any) -> None:
    """Say so if the text extractor `reader` was not made for the language of these words."""
    if spoken := foreign(said, reader):
        known = ", ".join(sorted(languages(reader.weights)))
        log.warning("the words are %s, the text model is for %s: they say little", spoken, known)
