"""How late the sound is: whose mouth moves, and when, against when there is sound.

Mouths open before they are heard, by 0.1 to 0.3 s (Chandrasekaran et al., 2009, "The natural
statistics of audiovisual speech"), so that a clip in sync may come out a little late.
"""

from __future__ import annotations

import numpy as np

from features.crops import Crops
from features.faces._speech import Heard, loudness, mouth
from features.offset import Lag, lag
from features.track import State

GAP_S = 0.11  # frames further apart do not show how a mouth moves


class Mouth:
    """Crops and the sound of a clip -> Lag, positive where the sound is late; None: cannot tell."""

    def __init__(self, furthest_s: float):
        self.furthest_s = furthest_s

    def __call__(self, crops: Crops, heard: Heard) -> Lag | None:
        amplitude = loudness(heard)
        amplitude[1] = np.sqrt(amplitude[1])  # about as loud as it sounds: quiet speech counts too
        return lag(motion(crops), amplitude, self.furthest_s, GAP_S)


def motion(crops: Crops) -> np.ndarray:
    """How much the mouth changes, (2, N): times between two frames in s, log grey levels."""
    moved, before, since = [], None, -np.inf
    for time, now in zip(
        crops.times[crops.state == State.OK], map(mouth, crops.images()), strict=True
    ):
        if before is not None and time - since <= GAP_S:
            moved.append(((since + time) / 2, np.log1p(np.abs(now - before).mean())))
        before, since = now, time
    return np.array(moved).reshape(-1, 2).T


def build(furthest_s: float) -> Mouth:
    """furthest_s  the latest or earliest that the sound may be, s"""
    if not 0 < furthest_s <= 10:
        raise ValueError(f"furthest_s must be above 0 and at most 10 s, got {furthest_s}")
    return Mouth(furthest_s)
