"""Words from the transcript file that lies with a clip.

.srt .vtt    subtitles; a cue's time is shared out among its words, unless there are times in it
.json        what Whisper, faster-whisper and WhisperX write
.TextGrid    Praat, with a tier "words" or "word"
.ctm         what sclite and Kaldi write: recording, channel, start, duration, word
.csv         word,start,end in seconds
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from features.transcripts.formats.ctm import read_ctm
from features.transcripts.formats.cues import read_cues
from features.transcripts.formats.text import TranscriptError, read_text
from features.transcripts.formats.textgrid import read_textgrid
from features.transcripts.formats.timing import in_order
from features.transcripts.formats.whisper_json import read_whisper
from features.transcripts.formats.word_table import read_rows
from features.words import Words, spread, within

__all__ = ["Sidecar", "TranscriptError", "build", "plain"]

READERS: Mapping[str, Callable[[Path], Words]] = {
    ".srt": read_cues,
    ".vtt": read_cues,
    ".json": read_whisper,
    ".textgrid": read_textgrid,
    ".ctm": read_ctm,
    ".csv": read_rows,
}


@dataclass(frozen=True)
class Sidecar:
    """A reader of transcript files: (anything, file or None) -> words by start, or None."""

    def __call__(
        self, _: object, transcript: Path | None, start: float = 0.0, end: float | None = None, /
    ) -> Words | None:
        """Words that do not overlap; [] if the file is empty: nobody spoke. None: no file.

        Of a clip that is a stretch of what the file is about, from `start` to `end` s, the words
        whose middle is in it, at their times in the clip.
        Raises TranscriptError naming the file, the line or index, and what was expected.
        """
        if transcript is None:
            return None
        reader = READERS.get(transcript.suffix.lower())
        if reader is None:
            raise TranscriptError(
                f"{transcript}: no reader for {transcript.suffix!r}; "
                f"there are: {', '.join(READERS)}"
            )
        return within(in_order(reader(transcript)), start, end)


def plain(file: Path, seconds: float) -> Words | None:
    """The words of a text without times, spread over so many s; None if there are none."""
    texts = read_text(file).split()
    return spread(texts, 0.0, seconds) if texts else None


def build() -> Sidecar:
    """The transcript file of each clip; there is nothing to set."""
    return Sidecar()
