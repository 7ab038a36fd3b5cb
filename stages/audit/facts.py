"""What can be known of each clip before anything is trained on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from features.av_lag import Lag
from features.shards import Record, Shards
from features.track import State
from stages.audit.corpus import Member
from stages.audit.features import Spread
from stages.on_grid import Grid
from stages.paths import SYNC


@dataclass(frozen=True, eq=False)
class Facts:
    """One clip.

    kinds     {stream: visual, audio, text or signals}
    states    {stream: how many of its T steps are in each State, (S,)}
    labelled  {target: the same of its labels}
    labels    {target: float64 (N,)}: of the N steps that are labelled in any target, NaN where not
              in this one
    faceless  its longest stretch without a value for the face: begin and end in s
    lag       how late its sound is, where that can be told
    """

    clip: Member
    kinds: Mapping[str, str]
    states: dict[str, np.ndarray]
    labelled: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]
    faceless: tuple[float, float]
    lag: Lag | None

    def has(self, stream: str) -> bool:
        """Whether the clip has it at all: in its media, or rows where the media have none."""
        rows = self.states[stream][State.ABSENT] < self.states[stream].sum()
        return bool(rows) or self._recorded(self.kinds[stream])

    def shows(self, kind: str) -> bool:
        """Whether it has a picture (visual) or sound (audio), in its media or a stream."""
        return self._recorded(kind) or any(self.has(s) for s in self._of(kind))

    def lacks(self, kind: str) -> bool:
        """Whether it has streams of a kind, and not one value in any of them."""
        shares = [self.covered(s) for s in self._of(kind)]
        there = [share for share in shares if share is not None]
        return bool(there) and not any(there)

    def covered(self, stream: str) -> float | None:
        """The share of its steps with a value; None for a clip without the stream."""
        states = self.states[stream]
        return float(states[State.OK] / states.sum()) if self.has(stream) and any(states) else None

    def late(self, furthest_s: float, confidence: float) -> bool:
        """Whether its sound is further from the picture than that, and how sure one must be."""
        found = self.lag
        return bool(found and found.confidence >= confidence and abs(found.seconds) > furthest_s)

    def _of(self, kind: str) -> list[str]:
        return [stream for stream, its in self.kinds.items() if its == kind]

    def _recorded(self, kind: str) -> bool:
        return bool({"visual": self.clip.info.width, "audio": self.clip.info.rate}.get(kind))


def gather(grid: Grid, clips: Iterable[Member], spreads: dict[str, Spread]) -> Iterator[Facts]:
    """Read each clip's grid once: what is known of it, its rows put into `spreads`."""
    lags, kinds = Shards(SYNC), grid.kinds()
    for clip in clips:
        states = grid.states(clip.id)
        labels, labelled = grid.labels(clip.id)  # (T, Y)
        for stream, spread in spreads.items():
            spread.add(clip.id, grid.rows(clip.id, stream).astype(np.float64))
        seen = [states[stream] == State.OK for stream, kind in kinds.items() if kind == "visual"]
        yield Facts(
            clip,
            kinds,
            {stream: counted(state) for stream, state in states.items()},
            {target: counted(labelled[:, y]) for y, target in enumerate(grid.targets)},
            dict(zip(grid.targets, _valued(labels, labelled).T, strict=True)),
            longest(np.any(seen, axis=0), grid.step_s) if seen else (0.0, 0.0),
            _lag(lags[clip.id]),
        )


def counted(state: np.ndarray) -> np.ndarray:
    """The State of each step (T,) -> how many are in each, (S,)."""
    return np.bincount(state, minlength=len(State))


def longest(there: np.ndarray, step: float) -> tuple[float, float]:
    """The longest stretch of a grid in which nothing is there: begin and end in s, or (0, 0)."""
    edges = np.flatnonzero(np.diff(np.pad(~there.astype(bool), 1).astype(int)))
    begins, ends = edges[::2], edges[1::2]
    if not len(begins):
        return 0.0, 0.0
    at = int((ends - begins).argmax())
    return round(float(begins[at] * step), 6), round(float(ends[at] * step), 6)


def _valued(labels: np.ndarray, state: np.ndarray) -> np.ndarray:
    """Labels and State of each (T, Y) -> the steps with any, float64 (N, Y), NaN for no label."""
    valid = state == State.OK
    return np.where(valid, labels.astype(np.float64), np.nan)[valid.any(axis=1)]


def _lag(record: Record) -> Lag | None:
    return Lag(**{k: float(x[0]) for k, x in record.columns.items()}) if len(record) else None
