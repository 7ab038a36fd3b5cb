"""Every detection of a clip, until its subject is known: crops on disk, as JPEG."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from features.active_speaker import MouthMotion
from features.crops import Face, jpeg, no_face
from features.media.pictures import Frame
from features.track import State

DETECTION = np.dtype(
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


class Detections:
    """The detections of a clip: written frame by frame, then read back track by track."""

    def __init__(self) -> None:
        self._frames: list[tuple[float, bool, int]] = []  # time, decodable, faces
        self._rows = bytearray()
        self._size: tuple[int, ...] = (1, 1)  # width and height of the last frame
        self._motion = MouthMotion()
        self._spool = tempfile.TemporaryFile()

    def __enter__(self) -> Detections:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def add_frame(self, frame: Frame, faces: int) -> None:
        """Add the next frame, with how many faces it shows."""
        self._frames.append((frame.time, frame.image is not None, min(faces, 255)))
        if frame.image is not None:
            self._size = frame.image.shape[1::-1]

    def add_face(self, track: int, candidate: np.ndarray, state: State, crop: np.ndarray) -> None:
        """Add a face to the last frame; its crop uint8 RGB (S, S, 3) is kept if it is ok."""
        frame, begin = len(self._frames) - 1, self._spool.tell()
        if state == State.OK:
            self._spool.write(jpeg(crop))
        motion = self._motion(track, frame, crop)
        row = (frame, self._frames[frame][0], track, candidate, state, motion, self._size)
        self._rows += np.array((*row, begin, self._spool.tell()), DETECTION).tobytes()

    def table(self) -> np.ndarray:
        """All detections, DETECTION (N,), in order of frames."""
        return np.frombuffer(bytes(self._rows), DETECTION)

    def with_non_subject(self, track: int) -> Iterator[Face]:
        """The Faces of `of`, each with the non-subject faces of its frame, in order of tracks."""
        table = self.table()
        rest = table[table["track"] != track]
        rest = rest[np.lexsort([rest["track"], rest["frame"]])]
        begins = np.searchsorted(rest["frame"], np.arange(len(self._frames) + 1))
        for face, rows in zip(self.of(track), pairwise(begins), strict=True):
            beside = (self._face(face.time, face.faces, row) for row in rest[slice(*rows)])
            yield replace(face, non_subject=tuple(beside))

    def of(self, track: int) -> Iterator[Face]:
        """The Faces of a track, one for each frame: where it is not seen, why."""
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
