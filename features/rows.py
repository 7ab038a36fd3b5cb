"""The rows of a Track as they are made, a few at a time: nothing of them is held twice."""

from __future__ import annotations

import numpy as np

from features.track import State, Track


class Rows:
    """Rows (T, D) that become a Track.

    They are kept as float32, one after the other: of a clip of hours there is no second copy.
    """

    def __init__(self, dim: int) -> None:
        self._dim = dim
        self._values, self._times, self._state = bytearray(), bytearray(), bytearray()

    def add(self, values: np.ndarray, times: np.ndarray, state: np.ndarray) -> None:
        """R more rows: values (R, D), times (R,) in s and the State of each (R,)."""
        rows = np.array(values, np.float32).reshape(len(times), self._dim)
        rows[state != State.OK] = np.nan
        self._values += rows.tobytes()
        self._times += np.asarray(times, np.float64).tobytes()
        self._state += np.asarray(state, np.uint8).tobytes()

    def track(self) -> Track:
        """All rows so far; there can be no more."""
        return Track(
            np.frombuffer(self._values, np.float32).reshape(-1, self._dim),
            np.frombuffer(self._times, np.float64),
            np.frombuffer(self._state, np.uint8),
        )
