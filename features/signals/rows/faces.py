"""Tables with a row for each face of a frame: one row a moment is kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.signals.reading.columns import Columns
from features.track import State


@dataclass(frozen=True)
class Faces:
    """How rows of one moment become one.

    column  of the faces' labels; None: rows have none
    keep    the label of the face that is kept; None: nobody said which
    """

    column: str | None
    keep: str | None

    @property
    def labels(self) -> tuple[str, ...]:
        """The columns whose labels are needed."""
        return (self.column,) if self.column and self.keep is not None else ()

    def one_a_moment(
        self, columns: Columns, key: np.ndarray, state: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Which rows stay, int64 (T',), and the state of each, uint8 (T',).

        Consecutive rows with equal `key` are of one moment. With `keep` its row stays, and a
        moment without one is NO_FACE. Otherwise the only row that counts stays, and a moment with
        several is SEVERAL_FACES. Raises TableError where the face to keep is there twice.
        """
        count = len(columns)
        if not count:
            return np.zeros(0, np.int64), state
        starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
        usable = (state == State.OK) | (state == State.MISSING)
        if self.column and self.keep is not None:
            usable = columns.labels[self.column] == self.keep
        several = np.add.reduceat(usable.astype(np.int64), starts)
        first = np.minimum.reduceat(np.where(usable, np.arange(count), count), starts)
        rows = np.where(several > 0, first, starts)
        found = state[rows]
        if self.keep is None:
            found[several > 1] = State.SEVERAL_FACES
            return rows, found
        if (twice := np.flatnonzero(several > 1)).size:
            row = int(first[twice[0]])
            raise columns.error(row, f"{self.column} {self.keep} has several rows of this moment")
        found[several == 0] = State.NO_FACE
        return rows, found
