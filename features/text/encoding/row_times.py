"""The times of the rows that words have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.words import Word


def row_times(words: Sequence[Word]) -> tuple[np.ndarray, np.ndarray]:
    """The middles of words' times (T,) s, strictly increasing, and the index of each one's word.

    Of words that share their middle the first said has the row.
    """
    times, index = np.unique([(w.start + w.end) / 2 for w in words], return_index=True)
    return times.astype(np.float64), index.astype(int)
