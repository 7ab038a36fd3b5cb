"""Tiers of an annotation (.TextGrid, .eaf): which of them hold what is said, and its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from features.splitting import words_in
from features.transcripts.formats.reading import Reading, usable
from features.transcripts.formats.sounds import marked
from features.transcripts.formats.text import SILENCE, TranscriptError
from features.transcripts.formats.timing import Entry, measured
from features.words import Words, spread

# names of tiers, the likeliest first; the aligner MAUS calls its words ORT-MAU
WORDS = ("words?", "ort-mau")
SPEECH = "utterances?|utts?|transcriptions?|transcripts?|orthography|speech|spch|sentences?|text"
BEFORE, BEHIND = r"(?:.*\S)?[\s@:./|_-]+", r"(?:\s*[@:/|(]|\s+-\s).+"  # a speaker's name
EXPECTED = "expected one tier named 'words' or 'word'"
SPEAKERS = "tiers of several speakers are told by names such as 'ann - words' and 'bob - words'"
LISTED = 20  # tiers in a message


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier with the labels of its intervals, or of its points."""

    name: str
    labels: list[Entry] = field(default_factory=list)
    points: bool = False


def read_tiers(file: Path, tiers: Sequence[Tier], sole: Tier | None = None) -> Reading:
    """The words of the tiers that are called so, otherwise of those that hold utterances.

    A label of several words shares its time among them. Words of several speakers are in the order
    of the tiers.
    sole  the tier that is meant if none is called so
    Raises TranscriptError naming the tiers if none or too many could be meant.
    """
    for names in WORDS:
        if chosen := _called(file, tiers, names):
            return _read(chosen, str.split)  # an aligner's or annotator's words are words
    chosen = _called(file, tiers, SPEECH) or ([sole] if sole else [])
    if not chosen:
        raise TranscriptError(f"{file}: {EXPECTED}, {_got(tiers)}; {SPEAKERS}")
    return _read(chosen, words_in)


def _read(tiers: Sequence[Tier], split: Callable[[str], list[str]]) -> Reading:
    problems: list[str] = []
    words: Words = []
    for tier in tiers:
        said = usable(tier.labels, lambda label: _words(label, split), problems)
        words += marked([word for label in said for word in label], aligned=True)
    return Reading(words, problems)


def _got(tiers: Sequence[Tier]) -> str:
    names = ", ".join(repr(tier.name) for tier in tiers[:LISTED]) or "none"
    return f"got the tiers {names}{' ...' if len(tiers) > LISTED else ''}"


def _called(file: Path, tiers: Sequence[Tier], names: str) -> list[Tier]:
    """The tier of one of these names, or those of several speakers."""
    found: list[Tier] = []
    for pattern in (names, rf"{BEFORE}(?:{names})|(?:{names}){BEHIND}"):
        found = found or [tier for tier in tiers if re.fullmatch(pattern, _name(tier))]
    found = [tier for tier in found if not tier.points] or found
    counts = Counter(tier.name for tier in found)
    for name, count in counts.items():
        if count > 1:
            raise TranscriptError(
                f"{file}: {count} tiers are named {name!r}; {EXPECTED}, {_got(tiers)}; {SPEAKERS}"
            )
    if len({_name(tier).rstrip("s") for tier in found}) < len(found):
        raise TranscriptError(f"{file}: {EXPECTED}, {_got(tiers)}")
    if found and found[0].points:
        raise TranscriptError(
            f"{file}: tier {found[0].name!r} must hold intervals, it holds points"
        )
    return found


def _name(tier: Tier) -> str:
    return tier.name.strip(" \"'").lower()


def _words(label: Entry, split: Callable[[str], list[str]]) -> Words:
    texts = [text for text in split(label.text) if text.lower() not in SILENCE]
    if not texts:
        return []
    whole = measured(Entry(" ".join(texts), label.start, label.end, label.where))
    return spread(texts, whole.start, whole.end) if len(texts) > 1 else [whole]
