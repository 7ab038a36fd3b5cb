"""Tiers of an annotation (.TextGrid, .eaf): which of them hold what is said, and its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from features.splitting import words_in
from features.transcripts.formats.reading import Reading, usable
from features.transcripts.formats.sounds import marked
from features.transcripts.formats.text import SILENCE, TranscriptError
from features.transcripts.formats.tier import APART, SPEECH, WORDS, Tier, is_code, of_speaker
from features.transcripts.formats.timing import Entry, measured
from features.words import Words, spread

EXPECTED = "expected one tier named 'words' or 'word'"
SPEAKERS = "tiers of several speakers are told by names such as 'ann - words' and 'bob - words'"
LISTED = 20  # tiers in a message


def read_tiers(file: Path, tiers: Sequence[Tier], sole: Tier | None = None) -> Reading:
    """The words of the tiers that are called so, otherwise of those that hold utterances.

    A label of several words shares its time among them. Words of several speakers are in the order
    of the tiers.
    sole  the tier that is meant if none is called so
    Raises TranscriptError naming the tiers if none or too many could be meant.
    """
    for names in WORDS:
        if chosen := _chosen(file, tiers, names):
            return _read(chosen, str.split)  # an aligner's or annotator's words are words
    chosen = _chosen(file, tiers, SPEECH) or ([sole] if sole else [])
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


def _chosen(file: Path, tiers: Sequence[Tier], names: str) -> list[Tier]:
    """The tier of one of these names, and those of several speakers.

    Beside a tier without a speaker's name, one at the same times is about its words: it is left.
    """
    plain, named, perhaps = (
        [tier for tier in tiers if re.fullmatch(pattern, tier.called)]
        for pattern in (names, of_speaker(names), f"(?:{names}){APART}")
    )
    found = plain + [tier for tier in named if not plain or _apart(tier, plain)]
    found = [tier for tier in found if not tier.points] or found
    _check_distinct(file, tiers, found)
    lost = [t for t in perhaps if found and t not in named and not is_code(t) and _apart(t, found)]
    if lost:
        raise TranscriptError(
            f"{file}: is tier {lost[0].name!r} another speaker's? {_got(tiers)}; {SPEAKERS}"
        )
    return found


def _check_distinct(file: Path, tiers: Sequence[Tier], found: Sequence[Tier]) -> None:
    """Raises TranscriptError where two of the tiers found may be one, or hold no intervals."""
    counts = Counter(tier.name for tier in found)
    for name, count in counts.items():
        if count > 1:
            raise TranscriptError(
                f"{file}: {count} tiers are named {name!r}; {EXPECTED}, {_got(tiers)}; {SPEAKERS}"
            )
    if len({tier.called.rstrip("s") for tier in found}) < len(found):
        raise TranscriptError(f"{file}: {EXPECTED}, {_got(tiers)}")
    if found and found[0].points:
        raise TranscriptError(
            f"{file}: tier {found[0].name!r} must hold intervals, it holds points"
        )


def _apart(tier: Tier, others: Sequence[Tier]) -> bool:
    """Whether most labels of a tier begin where none of the others' does."""
    starts = {label.start for other in others for label in other.filled()}
    own = [label.start not in starts for label in tier.filled()]
    return 2 * sum(own) > len(own)


def _words(label: Entry, split: Callable[[str], list[str]]) -> Words:
    texts = [text for text in split(label.text) if text.lower() not in SILENCE]
    if not texts:
        return []
    whole = measured(Entry(" ".join(texts), label.start, label.end, label.where))
    return spread(texts, whole.start, whole.end) if len(texts) > 1 else [whole]
