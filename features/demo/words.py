"""The words of a clip: they carry valence, and their pace carries arousal."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from features.demo.disturbances import inside
from features.demo.lexicon import FILLERS, GRADED, NEUTRAL
from features.demo.plan import ClipPlan

LEAD_S = 0.05  # before the first word and after the last
SYLLABLE_S = 0.19  # at arousal 0
PACE = 0.6  # octaves of speech rate from arousal 0 to 1
GAP_S = 0.07  # between words, at arousal 0
PAUSE_S, PAUSE_EVERY = 0.25, 7  # between phrases; words in a phrase, on average
CONTENT = 0.7  # share of words that are not fillers


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word and the time (s) from and to which it is spoken."""

    word: str
    start: float
    end: float


def say(plan: ClipPlan) -> list[SpokenWord]:
    """The words of a clip in order; none overlaps another, leaves the clip or breaks a silence."""
    rng = plan.rng("words")
    valence, arousal = plan.truth()
    hush = [s for s in plan.disturbances().audio if s.kind == "silence"]
    bland = plan.disturbances().text
    spoken: list[SpokenWord] = []
    now = LEAD_S
    while now < plan.seconds:
        slow = 2.0 ** (-PACE * float(arousal(np.array(now))))
        useless = bool(inside(bland, np.array(now + 0.2)))
        word = choose(rng, float(valence(np.array(now + 0.2))), useless)
        end = now + syllables(word) * SYLLABLE_S * slow * rng.uniform(0.9, 1.1)
        blocked = next((s for s in hush if now < s.end + LEAD_S and end > s.start - LEAD_S), None)
        if blocked:
            now = blocked.end + LEAD_S
            continue
        if end > plan.seconds - LEAD_S:
            break
        spoken.append(SpokenWord(word, round(now, 4), round(end, 4)))
        pause = PAUSE_S if rng.uniform() < 1 / PAUSE_EVERY else 0.0
        now = end + (GAP_S + pause) * slow * rng.uniform(0.8, 1.2)
    return spoken


def choose(rng: np.random.Generator, valence: float, useless: bool) -> str:
    """A filler, a word as pleasant as valence in [-1, 1], or one that tells nothing."""
    if rng.uniform() > CONTENT:
        return _draw(rng, FILLERS)
    if useless:
        return _draw(rng, NEUTRAL)
    return _draw(rng, GRADED[min(GRADED, key=lambda level: abs(level - valence))])


def _draw(rng: np.random.Generator, known: tuple[str, ...]) -> str:
    """A word, the first of them most often: as in any language, a few do most of the talking."""
    odds = 1 / np.arange(1, len(known) + 1)  # Zipf's law
    return str(rng.choice(known, p=odds / odds.sum()))


def syllables(word: str) -> int:
    """How many syllables a word is spoken with: its groups of vowels, a final e being silent."""
    return max(1, len(vowels(word)))


def vowels(word: str) -> list[str]:
    """The first letter of each group of vowels: `pleasant -> e, a`."""
    stem = word[:-1] if word.endswith("e") and len(word) > 3 else word
    return [group[0] for group in re.findall("[aeiouy]+", stem)] or ["e"]
