"""Face detection in key frames and interpolation between them, so that few frames cost much."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from features.faces.tracking.cascade import Cascade

SAME_FACE = 0.3  # intersection over union from which two boxes may be of one face


class KeyFrameDetector:
    """A detector of faces in every frame, by the whole cascade in key frames alone.

    Halfway between two key frames with the same faces their boxes lie halfway, and O-Net says at
    full resolution whether that is so, corrects the boxes and places the landmarks; then halfway
    to halfway, until every frame is seen. Where it denies a face, or where one comes or leaves
    between, the frame halfway becomes a key frame itself. So do the two on either side of a cut.
    Where neither of two key frames shows a face there is none between them if they are
    `empty_every` frames apart or less: one that shows for a shorter time is not looked for.
    """

    def __init__(self, cascade: Cascade, every: int, empty_every: int, confidence: float):
        self._cascade, self._every, self._empty_every = cascade, every, empty_every
        self._confidence = confidence

    def __call__(
        self, images: Sequence[np.ndarray], known: Mapping[int, np.ndarray], shots: Iterable[int]
    ) -> list[np.ndarray]:
        """The candidates (F, 15) in each of N images of one size.

        known  those of some images; shots  the images that begin a shot
        """
        if not images:
            return []
        last = len(images) - 1
        spread = np.linspace(0, last, -(-last // self._every) + 1).round().astype(int).tolist()
        keys = {*spread, *known, *(i for shot in shots for i in (shot - 1, shot))}
        found = dict(known) | self._detect(images, sorted(keys - known.keys()))
        stretches = list(pairwise(sorted(keys)))
        while stretches := [(a, b) for a, b in stretches if b - a > 1]:
            middles = {(a + b) // 2: interpolated(found[a], found[b]) for a, b in stretches}
            far = {(a + b) // 2 for a, b in stretches if b - a > self._empty_every}
            seen = self._confirm(images, middles, far)
            found |= seen | self._detect(images, [m for m in middles if m not in seen])
            stretches = [s for a, b in stretches for m in [(a + b) // 2] for s in ((a, m), (m, b))]
        return [found[i] for i in range(len(images))]

    def _confirm(
        self,
        images: Sequence[np.ndarray],
        middles: Mapping[int, np.ndarray | None],
        far: Container[int],
    ) -> dict[int, np.ndarray]:
        """{frame: candidates} of those frames in which O-Net sees a face in every box (F, 4).

        far  those of which nothing is known if there are no boxes
        """
        boxes = {m: b for m, b in middles.items() if b is not None and (len(b) or m not in far)}
        flat = [(m, box) for m, several in boxes.items() for box in several]
        found = self._cascade.onet([images[m] for m, _ in flat], [box for _, box in flat])
        owner = np.array([m for m, _ in flat], int)
        seen = {m: found[owner == m] for m in boxes}
        return {m: x for m, x in seen.items() if (x[:, 4] >= self._confidence).all()}

    def _detect(self, images: Sequence[np.ndarray], at: Sequence[int]) -> dict[int, np.ndarray]:
        """{frame: candidates} by the whole cascade."""
        return dict(zip(at, self._cascade.detect([images[i] for i in at]), strict=True))


def interpolated(a: np.ndarray, b: np.ndarray) -> np.ndarray | None:
    """Boxes halfway between the same faces of two frames, (F, 4); None if one came or left."""
    pairs = matched(iou(a, b), SAME_FACE)
    if len(pairs) != len(a) or len(pairs) != len(b):
        return None
    return np.array([(a[i, :4] + b[j, :4]) / 2 for i, j in pairs]).reshape(-1, 4)


def matched(similarity: np.ndarray, least: float) -> list[tuple[int, int]]:
    """Greedy matching: pairs (row, column) of a similarity (A, B), the most similar first.

    Each row and each column is in one pair at most, and no pair is below `least`.
    """
    left, pairs = similarity.copy(), []
    while left.size and left.max() >= least:
        i, j = np.unravel_index(int(left.argmax()), left.shape)
        pairs.append((int(i), int(j)))
        left[i, :] = left[:, j] = -np.inf
    return pairs


def iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union of every box of (A, 4+) with every one of (B, 4+) -> (A, B)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:4], b[None, :, 2:4])
    both = np.prod(np.maximum(high - low, 0), axis=2)
    sizes = [np.prod(x[:, 2:4] - x[:, :2], axis=1) for x in (a, b)]
    return both / np.maximum(sizes[0][:, None] + sizes[1][None] - both, 1e-9)
