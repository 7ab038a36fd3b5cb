"""Who is who: each face keeps one identity through a clip."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from features.faces._follow import SAME, matched, overlaps

LOOK = 28  # px, the crop that looks are compared at
ALIKE = 0.8  # correlation from which two faces in different places are taken for one
ABSENCE_S = 5.0  # for so long a face is taken for the one that was last seen in its place
LOOKS = 8  # kept of a track, each less than KNOWN like every other
KNOWN = 0.9


def look(crop: np.ndarray) -> np.ndarray:
    """What a crop uint8 RGB (S, S, 3) shows of a face, at low resolution: unit vector (1320,)."""
    small = cv2.resize(crop, (LOOK, LOOK), interpolation=cv2.INTER_AREA)
    middle = small[4:26, 4:24].astype(np.float32).ravel()  # without hair and background
    middle -= middle.mean()
    return middle / max(float(np.linalg.norm(middle)), 1e-6)


@dataclass(eq=False, slots=True)
class _Track:
    box: np.ndarray
    looks: np.ndarray  # (1 to LOOKS, 1320)
    time: float
    shot: int


class Tracks:
    """Gives every face of every frame, in order of time, the number of its track.

    A face belongs to the track whose last box it overlaps, unless the shot has changed or the
    track was not seen for ABSENCE_S since; then, as everywhere else, to the one that it looks
    like. A face that is neither begins a track.
    """

    def __init__(self) -> None:
        self._tracks: list[_Track] = []
        self._shot = 0

    def __call__(
        self, time: float, boxes: np.ndarray, looks: list[np.ndarray], new_shot: bool
    ) -> list[int]:
        """Boxes (F, 4) of one frame and how the faces in them look -> F track numbers."""
        self._shot += new_shot
        here = [
            number
            for number, t in enumerate(self._tracks)
            if t.shot == self._shot and time - t.time <= ABSENCE_S
        ]
        last = np.array([self._tracks[n].box for n in here]).reshape(-1, 4)
        pairs = matched(overlaps(boxes, last), SAME)
        chosen = {face: here[column] for face, column in pairs}
        new = [face for face in range(len(boxes)) if face not in chosen]
        free = [n for n in range(len(self._tracks)) if n not in chosen.values()] if new else []
        alike = np.array([[max(self._tracks[n].looks @ looks[f]) for n in free] for f in new])
        chosen |= {new[row]: free[column] for row, column in matched(alike, ALIKE)}
        return [self._seen(chosen.get(f), time, boxes[f], looks[f]) for f in range(len(boxes))]

    def _seen(self, number: int | None, time: float, box: np.ndarray, look: np.ndarray) -> int:
        """Write down where and how a track was seen last; it is a new one if it has no number."""
        if number is None:
            self._tracks.append(_Track(box, look[None], time, self._shot))
            return len(self._tracks) - 1
        track = self._tracks[number]
        if len(track.looks) < LOOKS and max(track.looks @ look) < KNOWN:
            track.looks = np.concatenate([track.looks, look[None]])
        track.box, track.time, track.shot = box, time, self._shot
        return number
