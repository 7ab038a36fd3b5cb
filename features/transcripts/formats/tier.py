"""A tier of an annotation (.TextGrid, .eaf), and what its name and its labels say that it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from features.splitting import words_in
from features.transcripts.formats.timing import Entry

# names of tiers, the likeliest first; the aligner MAUS calls its words ORT-MAU
WORDS = ("words?", "ort-mau")
SPEECH = "utterances?|utts?|transcriptions?|transcripts?|orthography|speech|spch|sentences?|text"
# a speaker's name before or behind these; what is not spoken is no speaker's
BEFORE = r"(?!(?:.*[\s@:./|_-])?no[nt]?[\s_-])(?:.*\S)?[\s@:./|_-]+"
SPEAKER = "speaker|spkr?|participant|person|subject"
BEHIND = rf"(?:\s*[@:/|(]|\s+-\s).+|[\s_-]*(?:{SPEAKER})[\s_-]?\w{{1,3}}"
APART = r"(?:[\s_-]+|(?=\d)).+"  # perhaps a speaker's name: words 2, words_bob, words_gloss
# words of names of tiers that hold what annotators see, and of labels on them
SEEN = (
    "emotions? affect feelings? mood valence arousal dominance gaze gestures? head face facial "
    "expressions? smiles? posture actions? movements? hands? eyes? laughter"
)
CODES = frozenset(
    """afraid anger angry anxious arousal bored boredom calm confused contempt contentment disgust
    disgusted excited excitement fear frustrated frustration happiness happy joy joyful neutral
    other relaxed sad sadness scared surprise surprised tense unknown valence negative positive
    high low medium none left right up down away nod shake smile smiling smiles frown
    gaze""".split()
)
LONG_S = 2.0  # words last less, states of somebody mostly longer
MANY, OFTEN = 6, 3  # labels, of which each is there so many times: words vary


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier with the labels of its intervals, or of its points."""

    name: str
    labels: list[Entry] = field(default_factory=list)
    points: bool = False

    @property
    def called(self) -> str:
        """Its name, without quotation marks, in lower case."""
        return self.name.strip(" \"'").lower()

    def filled(self) -> Iterator[Entry]:
        """Its labels with text."""
        return (label for label in self.labels if label.text.strip())


def is_said(tier: Tier) -> bool:
    """Whether a tier is called as one with words or utterances is."""
    names = "|".join((*WORDS, SPEECH))
    return bool(re.fullmatch(f"(?:{names})|{of_speaker(names)}", tier.called))


def of_speaker(names: str) -> str:
    """The pattern of such names of tiers with a speaker's before or behind them."""
    return rf"{BEFORE}(?:{names})|(?:{names})(?:{BEHIND})"


def is_code(tier: Tier) -> bool:
    """Whether the labels of a tier are codes and not what somebody says: numbers, or what is seen
    of somebody, in single words that are known, last long, or come again and again."""
    labels = list(tier.filled())
    if 2 * sum(any(map(str.isalpha, label.text)) for label in labels) <= len(labels):
        return True
    if re.search(rf"(?<![^\W_])(?:{SEEN.replace(' ', '|')})(?![^\W_])", tier.called):
        return True
    if any(len(words_in(label.text)) > 1 for label in labels):
        return False
    texts = {label.text.strip().lower() for label in labels}
    lasting = sum((label.end or 0) - (label.start or 0) >= LONG_S for label in labels)
    again = len(labels) >= MANY and OFTEN * len(texts) <= len(labels)
    return again or texts <= CODES or 2 * lasting > len(labels)
