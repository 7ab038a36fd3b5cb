"""JSON of services that recognise speech, each told by a path that only it has.

As their documentation shows it. One that gives text without times of its words was not asked for
them, which is an error; none has times for punctuation, which belongs to the word before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from features.transcripts.formats.paths import Place, inner, walk
from features.transcripts.formats.reading import usable
from features.transcripts.formats.service_words import GOOGLE, TICKS, content, lasting, timed
from features.transcripts.formats.text import TranscriptError
from features.transcripts.formats.timing import Entry, placed
from features.words import Words

ATTACHED = ("punct", "punctuation")  # types of what stands behind a word
SPOKEN = (None, "text", "word", "entity", "pronunciation")


@dataclass(frozen=True)
class Service:
    """Paths of what tells a service's documents, its words, and its text; how a word is read."""

    sign: str
    words: str
    text: str
    read: Callable[[Place], Entry]


FIRST = "results.*.alternatives.0"
CHANNEL = "results.channels.*.alternatives.0"
AZURE = "recognizedPhrases.*.nBest.0"
PRONOUNCED = timed("alternatives.0.content", "start_time", "end_time")
VOSK = timed("word", "start", "end")
SERVICES = {
    "Deepgram": Service(
        "results.channels",
        f"{CHANNEL}.words.*",
        f"{CHANNEL}.transcript",
        timed("punctuated_word|word", "start", "end"),
    ),
    "Amazon Transcribe": Service(
        "results.items", "results.items.*", "results.transcripts.0.transcript", PRONOUNCED
    ),
    "Azure": Service(  # in batches
        "recognizedPhrases",
        f"{AZURE}.words.*",
        f"{AZURE}.display",
        lasting("word", "offsetInTicks", "durationInTicks", TICKS),
    ),
    "Azure (fast transcription)": Service(
        "combinedPhrases",
        "phrases.*.words.*",
        "combinedPhrases.*.text",
        lasting("text", "offsetMilliseconds", "durationMilliseconds", 1000),
    ),
    "Azure (Speech SDK)": Service(  # its detailed result
        "NBest", "NBest.0.Words.*", "DisplayText", lasting("Word", "Offset", "Duration", TICKS)
    ),
    "Rev": Service("monologues", "monologues.*.elements.*", "", timed("value", "ts", "end_ts")),
    "Speechmatics": Service("results.0.type", "results.*", "", PRONOUNCED),
    "Watson": Service(
        "results.0.alternatives.0.timestamps",
        f"{FIRST}.timestamps.*",
        f"{FIRST}.transcript",
        timed("0", "1", "2"),
    ),
    "Google": Service("results.0.alternatives", f"{FIRST}.words.*", f"{FIRST}.transcript", GOOGLE),
    "Vosk": Service("result.0.word", "result.*", "text", VOSK),
    "Vosk (piece by piece)": Service("*.result.0.word", "*.result.*", "*.text", VOSK),
}


def service_words(document: Any, file: Path, problems: list[str]) -> Words | None:
    """The words of a service's document; None if it is of none of them.

    Raises TranscriptError where there is text, but no word with a time.
    """
    if isinstance(answer := inner(document, "response"), dict):  # of an operation of Google's
        document = answer
    for name, service in SERVICES.items():
        if any(True for _ in walk(document, service.sign)):
            return _words(document, file, name, service, problems)
    return None


def _words(document: Any, file: Path, name: str, service: Service, problems: list[str]) -> Words:
    places = [(f"{file}: {at[1:]}", item) for at, item in walk(document, service.words)]
    if not places and service.text and any(text for _, text in walk(document, service.text)):
        raise TranscriptError(f"{file}: text of {name} without times of its words; ask it for them")
    entries: list[Entry] = []
    for where, item in places:
        kind = inner(item, "type")
        if kind in ATTACHED and entries:
            text = entries[-1].text + content(item)
            entries[-1] = replace(entries[-1], text=text)
        elif kind in SPOKEN:
            entries += [e for e in usable([(where, item)], service.read, problems) if e.text]
    return placed(_once(entries), problems)


def _once(entries: list[Entry]) -> list[Entry]:
    """Entries, or their second half if it repeats the first, as Google does to name speakers."""
    half = len(entries) // 2
    both = [[(e.text, e.start, e.end) for e in part] for part in (entries[:half], entries[half:])]
    return entries[half:] if both[0] == both[1] else entries
