"""Every face seen in a clip, kept until it is known whose are wanted: crops on disk, as JPEG."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from features.crops import Face, jpeg, no_face
from features.faces._speech import Mouths
from features.media.pictures import Frame
from features.track import State

SIGHTING = np.dtype(
    [
        ("frame", np.int64),
        ("time", np.float64),  # s
        ("track", np.int32),
        ("candidate", np.float32, 15),
        ("state", np.uint8),
        ("motion", np.float32),  # of the mouth since the frame before, in grey levels
        ("size", np.float32, 2),  # width and height of the frame, px
        ("begin", np.int64),  # of its JPEG among those of all
        ("end", np.int64),
    ]
)
UNDECIDED = -2  # in place of a track: there are several, and the rule does not say which
NOBODY = -1


class Sightings:
    """Frames in order of time, the faces of each; then the faces of one track, frame by frame."""

    def __init__(self) -> None:
        self._frames: list[tuple[float, bool, int]] = []  # time, decodable, faces
        self._rows = bytearray()
        self._size: tuple[int, ...] = (1, 1)  # width and height of the last frame
        self._mouths = Mouths()
        self._spool = tempfile.TemporaryFile()

    def __enter__(self) -> Sightings:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def frame(self, frame: Frame, faces: int) -> None:
        """The next frame, and how many faces it shows."""
        self._frames.append((frame.time, frame.image is not None, min(faces, 255)))
        if frame.image is not None:
            self._size = frame.image.shape[1::-1]

    def face(self, track: int, candidate: np.ndarray, state: State, crop: np.ndarray) -> None:
        """A face in the frame that came last; its crop uint8 RGB (S, S, 3) is kept if it is ok."""
        frame, begin = len(self._frames) - 1, self._spool.tell()
        if state == State.OK:
            self._spool.write(jpeg(crop))
        motion = self._mouths.motion(track, frame, crop)
        row = (frame, self._frames[frame][0], track, candidate, state, motion, self._size)
        self._rows += np.array((*row, begin, self._spool.tell()), SIGHTING).tobytes()

    def table(self) -> np.ndarray:
        """All of them, SIGHTING (N,), in order of frames."""
        return np.frombuffer(bytes(self._rows), SIGHTING)

    def with_others(self, track: int) -> Iterator[Face]:
        """The same as `of`, and with it everybody else that the frame shows, in order of tracks."""
        table = self.table()
        others = table[table["track"] != track]
        others = others[np.lexsort([others["track"], others["frame"]])]
        begins = np.searchsorted(others["frame"], np.arange(len(self._frames) + 1))
        for face, rows in zip(self.of(track), pairwise(begins), strict=True):
            beside = (self._face(face.time, face.faces, row) for row in others[slice(*rows)])
            yield replace(face, others=tuple(beside))

    def of(self, track: int) -> Iterator[Face]:
        """A Face for each frame: that of the track, or why there is none."""
        table = self.table()
        rows = {int(table["frame"][i]): i for i in np.flatnonzero(table["track"] == track)}
        for number, (time, decodable, faces) in enumerate(self._frames):
            if not decodable:
                yield no_face(time, State.UNDECODABLE)
            elif number in rows:
                yield self._face(time, faces, table[rows[number]])
            else:
                several = faces > 0 and track == UNDECIDED
                state = State.SEVERAL_FACES if several else State.NO_FACE
                yield no_face(time, state, faces=faces)

    def _face(self, time: float, faces: int, row: np.void) -> Face:
        candidate, state = row["candidate"], State(int(row["state"]))
        self._spool.seek(int(row["begin"]))
        jpeg = self._spool.read(int(row["end"] - row["begin"])) or None
        box, landmarks = candidate[:4], candidate[5:].reshape(5, 2)
        return Face(
            time, state, float(candidate[4]), faces, box, landmarks, jpeg, int(row["track"])
        )
