"""What can be known of each clip before anything is trained on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from features.av_lag import Lag
from features.shards import Record, Shards
from features.track import State
from stages.audit.corpus import Member
from stages.audit.features import Spread
from stages.paths import ALIGN, SYNC


@dataclass(frozen=True, eq=False)
class Facts:
    """One clip.

    states    {modality, or "labels": how many of its T steps are in each State, (S,)}
    faceless  its longest stretch without a value for the face: begin and end in s
    labels    (N, 2): valence and arousal of the steps that are labelled
    lag       how late its sound is, where that can be told
    """

    clip: Member
    states: dict[str, np.ndarray]
    faceless: tuple[float, float]
    labels: np.ndarray
    lag: Lag | None

    def has(self, modality: str) -> bool:
        """Whether the clip has it at all: a stream, or rows where there is no stream to have."""
        streams = {"visual": self.clip.info.width, "audio": self.clip.info.rate}
        rows = self.states[modality][State.ABSENT] < self.states[modality].sum()
        return bool(rows) or bool(streams.get(modality))

    def covered(self, modality: str) -> float | None:
        """The share of its steps with a value; None for a clip without the modality."""
        states = self.states[modality]
        return float(states[State.OK] / states.sum()) if self.has(modality) else None

    def late(self, furthest_s: float, confidence: float) -> bool:
        """Whether its sound is further from the picture than that, and how sure one must be."""
        found = self.lag
        return bool(found and found.confidence >= confidence and abs(found.seconds) > furthest_s)


def gather(clips: Iterable[Member], spreads: dict[str, Spread]) -> Iterator[Facts]:
    """Read each clip's grid once: what is known of it, its rows put into `spreads`."""
    grids, lags = Shards(ALIGN), Shards(SYNC)
    step = grids.meta["rules"]["step_s"]
    for clip in clips:
        record = grids[clip.id]
        states = {
            name.removesuffix(".state"): np.bincount(column[:], minlength=len(State))
            for name, column in record.columns.items()
            if name.endswith(".state")
        }
        for modality, spread in spreads.items():
            spread.add(clip.id, _valid(record, modality))
        seen = record.columns["visual.state"][:] == State.OK
        yield Facts(
            clip, states, longest(seen, step), _valid(record, "labels"), _lag(lags[clip.id])
        )


def modalities() -> list[str]:
    """The modalities of the grid."""
    return [name for name in Shards(ALIGN).meta["made_from"] if name != "labels"]


def longest(there: np.ndarray, step: float) -> tuple[float, float]:
    """The longest stretch of a grid in which nothing is there: begin and end in s, or (0, 0)."""
    edges = np.flatnonzero(np.diff(np.pad(~there.astype(bool), 1).astype(int)))
    begins, ends = edges[::2], edges[1::2]
    if not len(begins):
        return 0.0, 0.0
    at = int((ends - begins).argmax())
    return round(float(begins[at] * step), 6), round(float(ends[at] * step), 6)


def _valid(record: Record, name: str) -> np.ndarray:
    """The rows that have a value, float64 (N, D)."""
    valid = record.columns[f"{name}.state"][:] == State.OK
    return record.columns[name][:][valid].astype(np.float64)


def _lag(record: Record) -> Lag | None:
    return Lag(**{k: float(x[0]) for k, x in record.columns.items()}) if len(record) else None
