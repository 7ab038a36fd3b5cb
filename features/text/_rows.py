"""At which moments words have rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.words import Word


def moments(words: Sequence[Word]) -> tuple[np.ndarray, np.ndarray]:
    """Words -> the middles of their times (T,) s, strictly increasing, and whose each is (T,).

    Of words that share their middle the first said has the row.
    """
    times, whose = np.unique([(w.start + w.end) / 2 for w in words], return_index=True)
    return times.astype(np.float64), whose.astype(int)
