"""Face crops: what a detector finds in each frame, and how it is kept and read back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

import cv2
import numpy as np

from features.shards.record import Record
from features.track import State

JPEG_QUALITY = 95
COLUMNS: dict[
    str, tuple[str, type, tuple[int, ...]]
] = {  # of Face: its field, type, shape of a row
    "times": ("time", np.float64, ()),
    "state": ("state", np.uint8, ()),
    "confidence": ("confidence", np.float32, ()),
    "faces": ("faces", np.uint8, ()),
    "box": ("box", np.float32, (4,)),
    "landmarks": ("landmarks", np.float32, (5, 2)),
    "track": ("track", np.int32, ()),
}


@dataclass(frozen=True, eq=False, slots=True)
class Face:
    """The face of a clip's subject in one frame, or why there is none.

    time        s
    state       State.OK exactly if there is a crop
    confidence  the detector's probability; NaN if there was no candidate
    faces       how many faces the frame shows, at most 255
    box         float32 (4,): left, top, right, bottom in pixels of the frame; NaN if none
    landmarks   float32 (5, 2): eyes, nose, mouth corners, the viewer's left first; NaN if none
    crop        uint8 RGB (S, S, 3), aligned, or the same as JPEG, or None
    track       which of the clip's faces it is, 0 for the first that came in sight; -1 if none
    non_subject everybody else in the frame, where the detector keeps them
    """

    time: float
    state: State
    confidence: float
    faces: int
    box: np.ndarray
    landmarks: np.ndarray
    crop: np.ndarray | bytes | None
    track: int = -1
    non_subject: tuple[Face, ...] = ()


def no_face(time: float, state: State, confidence: float = float("nan"), faces: int = 0) -> Face:
    """The Face of a frame without a usable face, and why there is none."""
    nothing = np.full(14, np.nan, np.float32)
    return Face(time, state, confidence, faces, nothing[:4], nothing[4:].reshape(5, 2), None)


def keep(clip: str, source: str, faces: Iterable[Face]) -> Record:
    """The record of a clip, from its faces as they come; crops wait on disk, as JPEG."""
    rows: dict[str, list] = {name: [] for name in COLUMNS}
    ends: list[int] = []
    with tempfile.TemporaryFile() as spool:
        for face in faces:
            for name, column in rows.items():
                column.append(getattr(face, COLUMNS[name][0]))
            spool.write(encoded(face.crop))
            ends.append(spool.tell())
        data = written(spool)
    columns = {
        name: np.array(rows[name], dtype).reshape(-1, *shape)
        for name, (_, dtype, shape) in COLUMNS.items()
    }
    return Record(clip, source, columns, {"jpeg": (np.array(ends, np.int64), data)})


def encoded(crop: np.ndarray | bytes | None) -> bytes:
    """The crop of a Face as JPEG; no bytes where there is none."""
    if crop is None:
        return b""
    return crop if isinstance(crop, bytes) else jpeg(crop)


def written(spool: IO[bytes]) -> np.ndarray:
    """The bytes of a spool file, uint8 (K,): read as they are sliced, also once it is closed."""
    spool.flush()
    return np.memmap(spool, np.uint8, "r") if spool.tell() else np.zeros(0, np.uint8)


def jpeg(crop: np.ndarray) -> bytes:
    """A crop uint8 RGB (S, S, 3) as JPEG. Raises ValueError where it cannot be encoded."""
    done, data = cv2.imencode(
        ".jpg", cv2.cvtColor(crop, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )
    if not done:
        raise ValueError(f"a crop of shape {crop.shape} could not be encoded as JPEG")
    return data.tobytes()


class Crops:
    """The face crops of one clip, read back from its record.

    times float64 (T,), state uint8 (T,), and an image for each row that is ok, read and decoded
    one at a time.
    """

    def __init__(self, record: Record):
        self.times: np.ndarray = record.columns["times"][:]
        self.state: np.ndarray = record.columns["state"][:]
        self._ends, self._bytes = record.blobs["jpeg"]

    def images(self) -> Iterator[np.ndarray]:
        """The crop of each row whose state is ok, in order: uint8 RGB (S, S, 3)."""
        starts = np.concatenate([[0], self._ends[:-1]])
        for row in np.flatnonzero(self.state == State.OK):
            data = self._bytes[int(starts[row]) : int(self._ends[row])]
            image = cv2.imdecode(data, cv2.IMREAD_COLOR)
            if image is None:
                raise ValueError(f"the crop at {self.times[row]:.3f} s is no JPEG")
            yield cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
