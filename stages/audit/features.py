"""Features that never change, and clips whose features are unlike everybody's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FEWEST = 10  # clips among which one can be said to be unlike the others
ROUNDING = 1e-6  # of a feature's size: a difference that is none
NORMAL = 1.4826  # the standard deviation of a bell curve, in median absolute deviations


@dataclass(frozen=True, slots=True)
class Outlier:
    """A clip, the dimension in which it is furthest off, and by how many spreads."""

    clip: str
    dimension: int
    spreads: float


class Spread:
    """One stream's features, clip after clip: what is kept of them is one row a clip."""

    def __init__(self) -> None:
        self._means: dict[str, np.ndarray] = {}
        self._least = self._most = self._within = np.zeros(0)
        self._rows = 0

    def add(self, clip: str, x: np.ndarray) -> None:
        """The valid rows (N, D) of a clip."""
        if not len(x):
            return
        first = not self._means
        mean = self._means[clip] = x.mean(axis=0)  # (D,)
        within, least, most = ((x - mean) ** 2).sum(axis=0), x.min(axis=0), x.max(axis=0)
        self._within = within if first else self._within + within
        self._least = least if first else np.minimum(self._least, least)
        self._most = most if first else np.maximum(self._most, most)
        self._rows += len(x)

    @property
    def width(self) -> int:
        """D, or 0 where no clip has a row."""
        return len(self._least)

    def dead(self) -> list[int]:
        """The dimensions that have the same value in every row of every clip."""
        return np.flatnonzero(self._least == self._most).tolist()

    def outliers(self, beyond: float) -> list[Outlier]:
        """Clips whose mean is more than `beyond` spreads from the median clip's, furthest first.

        A spread is how far clips usually are from the median one (median absolute deviation), but
        at least how far rows usually are from their clip's mean: smaller differences are no news.
        """
        if len(self._means) < FEWEST:
            return []
        means = np.stack(list(self._means.values()))  # (clips, D)
        off = np.abs(means - np.median(means, axis=0))
        spread = np.maximum(NORMAL * np.median(off, axis=0), np.sqrt(self._within / self._rows))
        least = ROUNDING * np.abs(means).max(axis=0)  # where nobody else differs at all
        spread = np.maximum(spread, least)
        far = off / np.where(spread > 0, spread, np.inf)
        found = [
            Outlier(clip, int(row.argmax()), float(row.max()))
            for clip, row in zip(self._means, far, strict=True)
        ]
        return sorted((o for o in found if o.spreads > beyond), key=lambda o: (-o.spreads, o.clip))
