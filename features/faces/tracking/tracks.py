"""Face tracking: each face keeps one identity through a clip."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from features.faces.tracking.key_frames import SAME_FACE, iou, matched

SIZE = 28  # px, of the crop whose appearance is compared
SIMILAR = 0.8  # correlation from which two faces in different places are taken for one
ABSENCE_S = 5.0  # for so long a face is taken for the one that was last seen in its place
APPEARANCES = 8  # kept of a track at most, no two of them with a correlation of KNOWN or more
KNOWN = 0.9


def appearance(crop: np.ndarray) -> np.ndarray:
    """The appearance of a face in a crop uint8 RGB (S, S, 3), coarsely: unit vector (1320,)."""
    small = cv2.resize(crop, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    middle = small[4:26, 4:24].astype(np.float32).ravel()  # without hair and background
    middle -= middle.mean()
    return middle / max(float(np.linalg.norm(middle)), 1e-6)


@dataclass(eq=False, slots=True)
class _Track:
    box: np.ndarray
    appearances: np.ndarray  # (1 to APPEARANCES, 1320)
    time: float
    shot: int


class Tracks:
    """The tracks of a clip: gives every face of every frame, in order of time, a track number.

    A face belongs to the track whose last box it overlaps, unless the shot has changed or the
    track was not seen for ABSENCE_S since; then, as everywhere else, to the one of the most
    similar appearance. A face without either begins a track.
    """

    def __init__(self) -> None:
        self._tracks: list[_Track] = []
        self._shot = 0

    def __call__(
        self, time: float, boxes: np.ndarray, appearances: list[np.ndarray], new_shot: bool
    ) -> list[int]:
        """Boxes (F, 4) of one frame and the appearances of the faces in them -> F track numbers."""
        self._shot += new_shot
        here = [
            number
            for number, t in enumerate(self._tracks)
            if t.shot == self._shot and time - t.time <= ABSENCE_S
        ]
        last = np.array([self._tracks[n].box for n in here]).reshape(-1, 4)
        pairs = matched(iou(boxes, last), SAME_FACE)
        chosen = {face: here[column] for face, column in pairs}
        new = [face for face in range(len(boxes)) if face not in chosen]
        free = [n for n in range(len(self._tracks)) if n not in chosen.values()] if new else []
        similarity = np.array(
            [[max(self._tracks[n].appearances @ appearances[f]) for n in free] for f in new]
        )
        chosen |= {new[row]: free[column] for row, column in matched(similarity, SIMILAR)}
        faces = zip(range(len(boxes)), boxes, appearances, strict=True)
        return [self._updated(chosen.get(f), time, box, new) for f, box, new in faces]

    def _updated(self, number: int | None, time: float, box: np.ndarray, new: np.ndarray) -> int:
        """Write down where and how a track was seen last; it is a new one if it has no number."""
        if number is None:
            self._tracks.append(_Track(box, new[None], time, self._shot))
            return len(self._tracks) - 1
        track = self._tracks[number]
        known = track.appearances
        if len(known) < APPEARANCES and max(known @ new) < KNOWN:
            track.appearances = np.concatenate([known, new[None]])
        track.box, track.time, track.shot = box, time, self._shot
        return number
