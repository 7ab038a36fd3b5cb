"""Frames in chunks of bounded size, and a face followed from key frame to key frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

import numpy as np

from features.media.pictures import Frame

CHUNK = 48  # frames looked at together, never shared between clips
CHUNK_BYTES = 1 << 28  # of their pictures: bounds memory
SAME = 0.3  # intersection over union from which two key frames show the same face


def chunks(frames: Iterable[Frame]) -> Iterator[list[Frame]]:
    """Consecutive frames of one size; one without a picture goes with those around it."""
    chunk: list[Frame] = []
    shape, room = None, CHUNK
    for frame in frames:
        image = frame.image
        if chunk and (
            len(chunk) >= room or (image is not None and shape not in (None, image.shape))
        ):
            yield chunk
            chunk, shape, room = [], None, CHUNK
        if image is not None:
            shape, room = image.shape, max(1, min(CHUNK, CHUNK_BYTES // image.nbytes))
        chunk.append(frame)
    if chunk:
        yield chunk


def between(keys: Mapping[int, np.ndarray | None]) -> dict[int, np.ndarray]:
    """A box (4,) for every frame from one key frame to the next, where both show the same face.

    keys  frame number -> its candidate or None, in order; a single one stands for itself
    """
    boxes: dict[int, np.ndarray] = {}
    pairs = pairwise(keys) if len(keys) > 1 else ((k, k) for k in keys)
    for a, b in pairs:
        first, last = keys[a], keys[b]
        if first is not None and last is not None and overlap(first, last) >= SAME:
            for i in range(a, b + 1):
                boxes[i] = first[:4] + (last[:4] - first[:4]) * ((i - a) / max(1, b - a))
    return boxes


def empty(keys: Mapping[int, np.ndarray | None]) -> set[int]:
    """The frames between two neighbouring key frames neither of which has a candidate."""
    gone = [(a, b) for a, b in pairwise(keys) if keys[a] is None and keys[b] is None]
    return {i for a, b in gone for i in range(a + 1, b)}


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two boxes (4,), or of candidates that begin with one."""
    sides = np.minimum(a[2:4], b[2:4]) - np.maximum(a[:2], b[:2])
    both = float(np.prod(np.maximum(sides, 0)))
    either = float(np.prod(a[2:4] - a[:2]) + np.prod(b[2:4] - b[:2])) - both
    return both / either if either > 0 else 0.0
