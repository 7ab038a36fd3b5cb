"""Transcripts without times: their words are spread over the clip."""

from __future__ import annotations

from pathlib import Path

from features.splitting import words_in
from features.transcripts.formats.sounds import told_apart
from features.transcripts.formats.text import read_text
from features.words import Words, spoken, spread


def plain(file: Path, seconds: float, keep_sounds: bool = False) -> Words | None:
    """The spoken words of a text file, spread over so many s; None if there is nothing in it.

    Raises TranscriptError naming the file.
    """
    found = untimed(read_text(file), seconds, keep_sounds)
    return spoken(found) if found else None


def untimed(text: str, seconds: float, keep_sounds: bool = False) -> Words:
    """The words of a text, spread over so many s, and the sounds between them.

    keep_sounds  sounds count as spoken
    """
    texts = words_in(text)
    return told_apart(spread(texts, 0.0, seconds), False, keep_sounds) if texts else []
