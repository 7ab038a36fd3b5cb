"""Faces by the three networks of MTCNN, the whole cascade on few and small frames only.

Key frames, shrunken, go through the whole cascade. Between two key frames that show the same face
its box is interpolated, and the last network (O-Net) looks at every frame at full resolution: it
confirms or denies the face, corrects the box and places the landmarks. Where it denies, or where a
face comes or leaves between two key frames, every frame gets the whole cascade of its own. Between
two key frames without a face there is none: one that shows for less than `key_every` frames is
not looked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from features.crops import Face, no_face
from features.faces._align import crop
from features.faces._cascade import Cascade, Seen
from features.faces._follow import between, chunks, empty
from features.media.pictures import Frame
from features.track import State


def build(
    *, size_px: int, shrink_px: int, key_every: int, min_face: float, confidence: float
) -> Mtcnn:
    """A detector of one face a frame, the largest.

    size_px     crops are size_px x size_px
    shrink_px   longest side of the frames that the whole cascade sees
    key_every   frames from one key frame to the next
    min_face    smallest face, as a share of the frame's longest side
    confidence  a face below this probability is State.LOW_CONFIDENCE
    """
    whole = {"size_px": size_px, "shrink_px": shrink_px, "key_every": key_every}
    for name, value in whole.items():
        if value < 1:
            raise ValueError(f"mtcnn: {name} must be at least 1, got {value}")
    for name, share in {"min_face": min_face, "confidence": confidence}.items():
        if not 0 < share <= 1:
            raise ValueError(f"mtcnn: {name} must be above 0 and at most 1, got {share}")
    return Mtcnn(size_px, key_every, Cascade(shrink_px, min_face, confidence))


class Mtcnn:
    """Frames -> a Face for each: no row is dropped, no crop invented."""

    libraries = ("torchvision",)  # its suppression of overlapping boxes, under facenet-pytorch

    def __init__(self, size: int, key_every: int, cascade: Cascade):
        self.size, self.key_every, self._cascade = size, key_every, cascade
        self.weights = cascade.weights

    def __call__(self, frames: Iterable[Frame], /) -> Iterator[Face]:
        for chunk in chunks(frames):
            images = [frame.image for frame in chunk if frame.image is not None]
            seen = iter(self._look(images) if images else ())
            for frame in chunk:
                if frame.image is None:
                    yield no_face(frame.time, State.UNDECODABLE)
                else:
                    yield self._face(frame.time, frame.image, next(seen))

    def _face(self, time: float, image: np.ndarray, seen: Seen) -> Face:
        if seen.best is None:
            return no_face(time, State.NO_FACE)
        box, landmarks = seen.best[:4], seen.best[5:].reshape(5, 2)
        probability, faces = float(seen.best[4]), min(seen.faces, 255)
        if probability < self._cascade.confidence:
            return no_face(time, State.LOW_CONFIDENCE, probability, faces)
        aligned = crop(image, landmarks, self.size)
        return Face(time, State.OK, probability, faces, box, landmarks, aligned)

    def _look(self, images: list[np.ndarray]) -> list[Seen]:
        """What each of N images (H, W, 3) of one size shows."""
        last = len(images) - 1
        keys = sorted({*range(0, last, self.key_every), last})
        whole = dict(zip(keys, self._cascade.whole([images[k] for k in keys]), strict=True))
        boxes = between({k: seen.best for k, seen in whole.items()})
        looks = self._cascade.last([images[i] for i in boxes], list(boxes.values()))
        followed = {
            i: look
            for i, look in zip(boxes, looks, strict=True)
            if look[4] >= self._cascade.confidence
        }
        nothing = empty({k: seen.best for k, seen in whole.items()})
        missed = [i for i in range(len(images)) if i not in {*followed, *whole, *nothing}]
        whole |= zip(missed, self._cascade.whole([images[i] for i in missed]), strict=True)
        whole |= dict.fromkeys(nothing, Seen(None, 0))
        faces, out = 1, []
        for i in range(len(images)):
            faces = max(1, whole[i].faces) if i in whole else faces  # counted by the whole cascade
            out.append(Seen(followed[i], faces) if i in followed else whole[i])
        return out
