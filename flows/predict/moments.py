"""A prediction moment by moment, as an overlay shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from models.targets import Ranges

PAST_S = 8.0  # that is in sight behind a moment


@dataclass(frozen=True, eq=False)
class Moments:
    """What is known at each step of a prediction.

    times   float64 (T,), s
    values  {target: float64 (T,)}   ranges  {target: (low, high)}
    states  {stream: its state at each step}
    """

    times: np.ndarray
    values: dict[str, np.ndarray]
    ranges: Ranges
    states: dict[str, list[str]]

    @cached_property
    def known(self) -> np.ndarray:
        """Bool (T,): whether there was anything to go by."""
        return np.any([[state == "ok" for state in each] for each in self.states.values()], axis=0)

    def step(self, time: float) -> int:
        """The step nearest to a time."""
        return int(np.abs(self.times - time).argmin())

    def past(self, time: float) -> np.ndarray:
        """The steps of the last PAST_S seconds."""
        return np.flatnonzero((self.times >= time - PAST_S) & (self.times <= time))

    def now(self, target: str, time: float) -> float:
        """The value of a target between two steps."""
        return float(np.interp(time, self.times, self.values[target]))

    def share(self, target: str, values: Any) -> Any:
        """Where values lie in the range of their target: 0 at its low end, 1 at its high one."""
        low, high = self.ranges[target]
        return np.clip((np.asarray(values) - low) / (high - low), 0, 1)

    def path(self, target: str, time: float) -> np.ndarray:
        """Where a target was in its range in the last PAST_S seconds, and is now, (N + 1,)."""
        recent = self.values[target][self.past(time)]
        return self.share(target, [*recent, self.now(target, time)])


def moments(columns: Mapping[str, list[Any]], ranges: Ranges, streams: Iterable[str]) -> Moments:
    """The Moments of a prediction's columns: time, each target, and of each stream its state."""
    return Moments(
        np.array(columns["time"]),
        {target: np.array(columns[target]) for target in ranges},
        ranges,
        {stream: columns[f"{stream}_state"] for stream in streams},
    )


def number(value: float, low: float, high: float) -> str:
    """A value of a range, with its sign where the range has both, in about three digits."""
    digits = 2 if high - low <= 20 else 1 if high - low <= 200 else 0
    return f"{value:{'+' if low < 0 else ''}.{digits}f}"
