"""Audio-visual lag, from when the mouth moves and when there is sound.

Mouths open before they are heard, by 0.1 to 0.3 s (Chandrasekaran et al., 2009, "The natural
statistics of audiovisual speech"), so that a clip in sync may come out a little late.
"""

from __future__ import annotations

import numpy as np

from features.active_speaker import loudness, mouth
from features.av_lag import Lag, lag
from features.crops import Crops
from features.media.sounds import SoundSource
from features.track import State

GAP_S = 0.11  # frames further apart do not show how a mouth moves


class Mouth:
    """The lag of a clip, from its crops and sound: positive where the sound is late, or None."""

    def __init__(self, furthest_s: float):
        self.furthest_s = furthest_s

    def __call__(self, crops: Crops, sound: SoundSource) -> Lag | None:
        amplitude = loudness(sound)
        amplitude[1] = np.sqrt(amplitude[1])  # about as loud as it sounds: quiet speech counts too
        return lag(motion(crops), amplitude, self.furthest_s, GAP_S)


def motion(crops: Crops) -> np.ndarray:
    """The motion of a mouth in crops, (2, N): times between two frames in s, log grey levels."""
    moved, before, since = [], None, -np.inf
    for time, now in zip(
        crops.times[crops.state == State.OK], map(mouth, crops.images()), strict=True
    ):
        if before is not None and time - since <= GAP_S:
            moved.append(((since + time) / 2, np.log1p(np.abs(now - before).mean())))
        before, since = now, time
    return np.array(moved).reshape(-1, 2).T


def build(furthest_s: float) -> Mouth:
    """The audio-visual lag of a clip, by its subject's mouth.

    furthest_s  the latest or earliest that the sound may be, s
    """
    if not 0 < furthest_s <= 10:
        raise ValueError(f"furthest_s must be above 0 and at most 10 s, got {furthest_s}")
    return Mouth(furthest_s)
