"""The one channel that the channels of a clip become.

Mono is the mean of those channels that carry sound, none of which cancels another:

1. A channel carries sound if its loudest half second is at most 26 dB (a twentieth in amplitude)
   below that of the loudest channel. So one who says a single word is heard like one who talks
   throughout, while a channel that is silent or hisses faintly does not make the others quieter.
2. A channel that runs against another is turned over. Signs are given from the loudest channel on,
   each time to the channel that correlates most, in size, with one that has its sign; it is turned
   over if its correlation with that one, as turned, is below -0.5. So in two pairs that cancel,
   each is set right within itself.
3. Of three channels or more, the mean is raised to 6 dB below the loudest channel, at most to their
   sum, if it is quieter: dialogue in the centre of six channels would be 16 dB down.

Where all are silent, it is the plain mean; so it is for ordinary stereo. Powers and correlations
are those of the clip: of a stretch, if it is one of a longer file, and of all its sound with the
same number of channels, however often that is broken off. The weights are constant over the clip;
channels that are in phase at one time and in antiphase at another are not told apart.
"""

from __future__ import annotations

import av
import numpy as np

from features.media.levels import Levels
from features.media.samples import MIDDLES, SCALES, numeric, rows

SILENT = 1e-20  # power; what is left of an offset once it is taken away, by rounding, is less
CARRIES = 10 ** (-26 / 10)  # of the power of the loudest
AGAINST = -0.5  # correlation
LEAST = 0.25  # of the power of the loudest: what is left of one of two channels' amplitude, 6 dB


def weights(levels: Levels) -> np.ndarray:
    """What each channel is multiplied by (C,), float64, before all are added up."""
    levels.close()
    count = len(levels.loudest)
    if levels.loudest.max() < SILENT:
        return np.full(count, 1 / count)
    carrying = np.flatnonzero(levels.loudest >= CARRIES * levels.loudest.max())
    products = levels.products[np.ix_(carrying, carrying)]
    power = products.diagonal()
    alike = products / np.sqrt(np.outer(power, power))
    found = _signs(alike, int(np.argmax(levels.loudest[carrying]))) / len(carrying)
    mixed, least = found @ products @ found, LEAST * power.max()
    if len(carrying) > 2 and mixed < least:
        found *= min(np.sqrt(least / mixed), len(carrying)) if mixed > 0 else 1.0
    every = np.zeros(count)
    every[carrying] = found
    return every


def is_equal(weights: np.ndarray) -> bool:
    """Whether weights are those of the plain mean."""
    return bool((weights == 1 / len(weights)).all())


def _signs(alike: np.ndarray, loudest: int) -> np.ndarray:
    """Correlations (C, C), where to begin -> 1 or -1 for each channel (C,)."""
    signs = np.zeros(len(alike))
    signs[loudest] = 1
    while not signs.all():
        done, left = np.flatnonzero(signs), np.flatnonzero(signs == 0)
        near = np.abs(alike[np.ix_(left, done)])
        new, old = np.unravel_index(np.argmax(near), near.shape)  # of equal ones, the first
        against = alike[left[new], done[old]] * signs[done[old]] < AGAINST
        signs[left[new]] = -1 if against else 1
    return signs


def mixed(frame: av.AudioFrame, weights: np.ndarray) -> av.AudioFrame:
    """A frame times the weights of its channels (C,), added up: float32 mono.

    Sums are of float64, channel after channel, so that they do not depend on how sound is cut.
    """
    kind, total = numeric(frame), np.zeros(frame.samples)
    for weight, row in zip(weights, rows(frame), strict=True):
        if weight:
            total += weight * SCALES[kind] * (row - float(MIDDLES.get(kind, 0)))
    mono = av.AudioFrame.from_ndarray(total[None].astype(np.float32), "fltp", "mono")
    mono.sample_rate = frame.sample_rate
    return mono
