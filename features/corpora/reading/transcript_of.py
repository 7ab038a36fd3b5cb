"""The transcript of a clip that may be part of a longer file: a file with times, or plain words.

Times in a transcript count from the start of the media, so it is named after the media. Words
without times are those of the clip, so they are named after the clip.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from features.corpora.reading.stretches import Stretch
from features.corpora.reading.suffixes import PLAIN
from features.corpora.reading.transcripts import Transcripts
from features.corpus import CorpusError
from features.transcripts.formats.text import TranscriptError, read_text


@dataclass(frozen=True, slots=True)
class Said:
    """What is said in a clip: a file with times, or else words; `file` is the one they are in.

    flaw  why the words in `file` cannot be read
    """

    timed: Path | None = None
    words: str | None = None
    file: Path | None = None
    flaw: str | None = None


def transcript_of(transcripts: Transcripts, name: str, part: Stretch, media: Path) -> Said:
    """The transcript file of clip `name`, or its words where there is no file with times.

    Raises CorpusError where a file is there whose words cannot be told to be in the clip.
    """
    cut = name != part.media
    if cut and (own := transcripts.of(name, None)):
        raise CorpusError(
            f"{own}: clip {name!r} is cut from {part.media!r}; name the transcript after that, "
            f"with times from the start of the media, or write only the words in {name}.txt"
        )
    timed = transcripts.of(part.media, media) or transcripts.tagged(part.media, media)
    if timed:
        return Said(timed, None, timed)
    plain = transcripts.of(name, None if cut else media, PLAIN)
    whole = transcripts.of(part.media, media, PLAIN)
    if whole and not (plain and cut) and not part.whole:
        raise CorpusError(
            f"{whole} has no times, so nothing says which of its words are in clip {name!r}; "
            f"write those in {name}{PLAIN[0]}"
        )
    return _plain(plain) if plain else Said()


def _plain(file: Path) -> Said:
    """The words of a text file, UTF-8 or UTF-16."""
    try:
        return Said(None, read_text(file).strip() or None, file)
    except TranscriptError as error:
        return Said(file=file, flaw=str(error))
