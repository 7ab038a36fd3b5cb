"""Track: what every extractor returns, and the reasons why a row may have no value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike

from features.shards.record import Record

CHECKED = 4096  # rows at a time


class State(IntEnum):
    """Why a row has no value. The numbers are part of the shard format: add, never renumber."""

    OK = 0
    NO_FACE = 1  # the frame was decoded, no face was found in it
    SEVERAL_FACES = 2  # more than one, and no rule says which
    LOW_CONFIDENCE = 3  # something like a face, below the detector's threshold
    BLURRED = 4
    UNDECODABLE = 5  # the media holds a frame here that cannot be decoded
    SILENCE = 6  # no sound above the extractor's floor
    NO_SPEECH = 7  # no word here
    UNLABELLED = 8  # the annotators gave no value
    GAP = 9  # no row of the source is near enough to this grid step
    ABSENT = 10  # the clip lacks this modality altogether
    MISSING = 11  # the table has no number here


@dataclass(frozen=True, eq=False, slots=True)
class Track:
    """One modality of one clip: a feature row for each moment.

    values  float32 (T, D)  feature rows; NaN throughout a row that is not ok
    times   float64 (T,)    centre of each row, seconds from the start of the clip's media,
                            strictly increasing
    state   uint8 (T,)      State of each row: 0 is ok

    T may be 0: a clip without a visible face is a fact, not an error.
    """

    values: np.ndarray
    times: np.ndarray
    state: np.ndarray

    def __post_init__(self) -> None:
        v, t, s = self.values, self.times, self.state
        if v.dtype != np.float32 or v.ndim != 2:
            raise ValueError(f"Track.values must be float32 (T, D), got {v.dtype} {v.shape}")
        for name, x, dtype in (("times", t, np.float64), ("state", s, np.uint8)):
            if x.dtype != dtype or x.shape != v.shape[:1]:
                raise ValueError(
                    f"Track.{name} must be {np.dtype(dtype)} ({len(v)},) to match values, "
                    f"got {x.dtype} {x.shape}"
                )
        _check_times(t)
        _check_rows(v, t, s)

    @property
    def dim(self) -> int:
        """D, the number of features in a row."""
        return self.values.shape[1]

    @property
    def mask(self) -> np.ndarray:
        """Bool (T,): True where there is a value."""
        return self.state == State.OK


def _check_times(t: np.ndarray) -> None:
    if not np.isfinite(t).all():
        row = int(np.flatnonzero(~np.isfinite(t))[0])
        raise ValueError(f"Track.times must be finite; row {row} is {t[row]} s")
    if (late := np.flatnonzero(np.diff(t) <= 0)).size:
        row = int(late[0])
        raise ValueError(
            f"Track.times must increase; row {row} is {t[row]} s and row {row + 1} {t[row + 1]} s"
        )


def _check_rows(v: np.ndarray, t: np.ndarray, s: np.ndarray) -> None:
    """A row is finite if its state is ok, and otherwise NaN throughout."""
    for first in range(0, len(v), CHECKED):
        part, state = v[first : first + CHECKED], s[first : first + CHECKED]
        right = np.where(
            state == State.OK, np.isfinite(part).all(axis=1), np.isnan(part).all(axis=1)
        )
        if right.all():
            continue
        row = first + int(np.flatnonzero(~right)[0])
        name = State(int(s[row])).name if s[row] in list(State) else f"{s[row]}, which is none"
        raise ValueError(
            f"Track row {row} (t={t[row]:.3f} s): a row is finite if its state is ok and otherwise "
            f"NaN throughout, got state {name} and values {v[row, :4]}..."
        )


def track(values: ArrayLike, times: ArrayLike, state: ArrayLike | None = None) -> Track:
    """A Track from (T, D) rows, casting to its types and blanking every row that is not ok."""
    values = np.array(values, dtype=np.float32)
    state = np.zeros(len(values), np.uint8) if state is None else np.asarray(state, np.uint8)
    values[state != State.OK] = np.nan
    return Track(values, np.asarray(times, np.float64), state)


def nothing(dim: int) -> Track:
    """A Track (0, D): the clip lacks the modality."""
    return track(np.zeros((0, dim)), np.zeros(0))


def unspoken(dim: int) -> Track:
    """A Track (1, D): there is sound, or a transcript, and nobody speaks in it."""
    return track(np.full((1, dim), np.nan), np.zeros(1), np.array([State.NO_SPEECH]))


def keep_track(clip: str, source: str, track: Track) -> Record:
    """The record of a clip's Track; `source` is the digest of what it was made from."""
    return Record(
        clip, source, {"values": track.values, "times": track.times, "state": track.state}
    )


def read_track(record: Record) -> Track:
    """The Track of a record."""
    return Track(*(record.columns[name][:] for name in ("values", "times", "state")))
