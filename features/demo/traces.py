"""Smooth random traces that can be read at any time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

WAVES = 96  # cosines in a curve; enough for their sum to be close to Gaussian
CANDIDATES = 24  # pairs to choose a clip's from


@dataclass(frozen=True, eq=False, slots=True)
class Trace:
    """A stationary random curve with values in [-reach, reach], roughly uniform over them.

    A Gaussian process as a sum of cosines of random frequency (Rahimi and Recht 2007), bent by
    the normal distribution function: no grid, so frames and audio samples read the same curve.
    """

    frequencies: np.ndarray  # rad/s (K,)
    phases: np.ndarray  # rad (K,)
    reach: float

    def __call__(self, times: np.ndarray) -> np.ndarray:
        """Times (T,) in s -> values (T,)."""
        angles = np.multiply.outer(np.asarray(times, np.float64), self.frequencies) + self.phases
        z = np.sqrt(2 / len(self.phases)) * np.cos(angles).sum(axis=-1)
        # 2 * Phi(z) - 1, to 2e-4 (Page 1977)
        return self.reach * np.tanh(0.79788 * z + 0.03568 * z**3)


def sample_trace(rng: np.random.Generator, correlation_s: float, reach: float) -> Trace:
    """A curve whose underlying process is correlated by 1/e at a lag of `correlation_s`."""
    frequencies = rng.normal(0.0, np.sqrt(2) / correlation_s, WAVES)
    return Trace(frequencies, rng.uniform(0.0, 2 * np.pi, WAVES), reach)


def sample_balanced(
    rng: np.random.Generator, seconds: float, correlation_s: float, reach: float
) -> tuple[Trace, Trace]:
    """Two independent curves that, over the clip, hardly correlate and use the whole range.

    The best of CANDIDATES pairs: a handful of short clips would otherwise lean to one side by
    chance, and every score with them.
    """
    times = np.linspace(0, seconds, 65)
    pairs = [
        (sample_trace(rng, correlation_s, reach), sample_trace(rng, correlation_s, reach))
        for _ in range(CANDIDATES)
    ]
    return min(pairs, key=lambda pair: _lean(pair[0](times), pair[1](times), reach))


def _lean(a: np.ndarray, b: np.ndarray, reach: float) -> float:
    """How far two curves (T,) are from two uncorrelated uniform ones over [-reach, reach]."""
    spread = reach / np.sqrt(3)  # standard deviation of the uniform distribution
    off = [x.mean() / spread for x in (a, b)] + [x.std() / spread - 1 for x in (a, b)]
    return float(np.square([*off, np.corrcoef(a, b)[0, 1]]).sum())
