"""Disturbances: when which modality is useless, and how. They are what fusion is for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

VISUAL = ("away", "hands", "masked", "resting")  # resting: a face is there and says nothing
AUDIO = ("noise", "babble", "silence")
TEXT = ("neutral",)


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A time, from `start` to `end` (s), in which a modality is useless in the way `kind` says."""

    start: float
    end: float
    kind: str


@dataclass(frozen=True, slots=True)
class Disturbances:
    """The disturbances of one clip; visual and audio ones never overlap."""

    visual: tuple[Disturbance, ...]
    audio: tuple[Disturbance, ...]
    text: tuple[Disturbance, ...]


def inside(disturbances: Iterable[Disturbance], times: np.ndarray) -> np.ndarray:
    """Which times (T,) s lie in one of some disturbances: bool (T,)."""
    hit = np.zeros(np.shape(times), bool)
    for s in disturbances:
        hit |= (times >= s.start) & (times < s.end)
    return hit


def sample_disturbances(
    rng: np.random.Generator,
    seconds: float,
    stretch_s: tuple[float, float],
    visual: float,
    audio: float,
    text: float,
) -> Disturbances:
    """The disturbances of a clip that is cut into pieces twice: for face and voice, and for words.

    visual, audio, text: the share of time each is useless. Face and voice take turns, because
    arousal is in nothing else.
    """
    if visual + audio > 1:
        raise ValueError(
            f"the shares of useless visual and audio time must not exceed 1 together, because they "
            f"never overlap; got {visual} + {audio}"
        )
    turns = _cut(rng, seconds, stretch_s, (visual, audio))
    words = _cut(rng, seconds, stretch_s, (text,))
    return Disturbances(
        visual=tuple(Disturbance(a, b, str(rng.choice(VISUAL))) for a, b, who in turns if who == 0),
        audio=tuple(Disturbance(a, b, str(rng.choice(AUDIO))) for a, b, who in turns if who == 1),
        text=tuple(Disturbance(a, b, str(rng.choice(TEXT))) for a, b, who in words if who == 0),
    )


def _cut(
    rng: np.random.Generator,
    seconds: float,
    stretch_s: tuple[float, float],
    shares: tuple[float, ...],
) -> list[tuple[float, float, int]]:
    """(start, end, who) throughout the clip; who = len(shares) where nobody is disturbed.

    Stratified, so that even a short clip keeps close to the shares.
    """
    lengths = []
    while sum(lengths) < seconds:
        lengths.append(rng.uniform(*stretch_s))
    edges = np.concatenate([[0.0], np.cumsum(lengths)]) * (seconds / sum(lengths))
    ranks = (np.arange(len(lengths)) + rng.uniform()) / len(lengths)
    who = rng.permutation(np.searchsorted(np.cumsum(shares), ranks, side="right"))
    return [(float(a), float(b), int(w)) for a, b, w in zip(edges, edges[1:], who, strict=False)]
