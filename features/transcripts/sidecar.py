"""Words from the transcript file that lies with a clip.

.srt .vtt    subtitles; a cue's time is shared out among its words, unless there are times in it
.ass .ssa    subtitles of SubStation Alpha, the same
.json        what Whisper and its relatives write, and services that recognise speech
.TextGrid    Praat, with a tier "words", or "ann - words" and "bob - words" of several speakers
.eaf         ELAN, the same
.ctm         what sclite and Kaldi write: recording, channel, start, duration, word
.csv .tsv    word,start,end in seconds, or start,end,text in ms, as Whisper writes them
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from features.transcripts.formats.ctm import read_ctm
from features.transcripts.formats.cues import read_cues
from features.transcripts.formats.eaf import read_eaf
from features.transcripts.formats.json_file import read_json
from features.transcripts.formats.last_segment import shortened
from features.transcripts.formats.outside import check_within, without_tail
from features.transcripts.formats.reading import Reading
from features.transcripts.formats.sounds import told_apart
from features.transcripts.formats.substation import read_substation
from features.transcripts.formats.text import TranscriptError
from features.transcripts.formats.textgrid import read_textgrid
from features.transcripts.formats.word_table import read_rows
from features.words import Words, spoken, within

__all__ = ["Sidecar", "TranscriptError", "build"]

log = logging.getLogger(__name__)
READERS: Mapping[str, Callable[[Path], Reading]] = {
    ".srt": read_cues,
    ".vtt": read_cues,
    ".ass": read_substation,
    ".ssa": read_substation,
    ".json": read_json,
    ".textgrid": read_textgrid,
    ".eaf": read_eaf,
    ".ctm": read_ctm,
    ".csv": read_rows,
    ".tsv": read_rows,
}
ALIGNED = (".textgrid", ".eaf", ".ctm")  # of aligners and annotators: noises have no brackets


@dataclass(frozen=True)
class Sidecar:
    """A reader of transcript files: (anything, file or None) -> words by start, or None."""

    keep_sounds: bool

    def read(
        self,
        transcript: Path,
        start: float = 0.0,
        end: float | None = None,
        media_s: float | None = None,
    ) -> Reading:
        """Words that do not overlap, sounds between them, and a line for each entry left out.

        The file may be empty: nobody spoke. Of a clip that is a stretch of what the file is about,
        from `start` to `end` s, the words whose middle is in it, at their times in the clip.
        media_s  how long the whole media last, if known: no word begins after their end
        Raises TranscriptError naming the file, the line or index, and what was expected.
        """
        reader = READERS.get(transcript.suffix.lower())
        if reader is None:
            raise TranscriptError(
                f"{transcript}: no reader for {transcript.suffix!r}; "
                f"there are: {', '.join(READERS)}"
            )
        found = reader(transcript).checked()
        aligned = transcript.suffix.lower() in ALIGNED
        said = sorted(found.words, key=lambda word: word.start)
        said = said if media_s is None else shortened(said, media_s)
        words = told_apart(said, aligned, self.keep_sounds)
        problems = found.problems
        if media_s is not None:
            check_within(spoken(words), media_s, transcript)
            heard = without_tail(words, media_s, transcript)
            words, problems = heard.words, problems + heard.problems
        return Reading(within(words, start, end), problems)

    def __call__(
        self,
        _: object,
        transcript: Path | None,
        start: float = 0.0,
        end: float | None = None,
        /,
        media_s: float | None = None,
    ) -> Words | None:
        """The spoken words that `read` finds; a warning for each entry left out. None: no file."""
        if transcript is None:
            return None
        reading = self.read(transcript, start, end, media_s)
        for problem in reading.problems:
            log.warning("left out: %s", problem)
        return spoken(reading.words)


def build(*, keep_sounds: bool = False) -> Sidecar:
    """The transcript file of each clip.

    keep_sounds  what is no speech - [Music], (applause), spn - counts as words, too
    """
    return Sidecar(keep_sounds)
