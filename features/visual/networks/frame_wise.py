"""Frame-wise embeddings: every crop by itself, in batches that never hold crops of two clips."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from features.crops import Crops
from features.network import batches
from features.track import State, Track, track


def resized(image: np.ndarray, size: int) -> np.ndarray:
    """A picture at another size: (H, W, 3) -> (size, size, 3)."""
    smaller = size < max(image.shape[:2])
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return cv2.resize(image, (size, size), interpolation=how)


def frame_wise(
    crops: Crops, dim: int, batch: int, embed: Callable[[list[np.ndarray]], np.ndarray]
) -> Track:
    """The embeddings of all crops, as a Track (T, D): a row a frame, without a crop its state.

    embed  a list of N <= batch pictures -> (N, D)
    """
    values = np.full((len(crops.times), dim), np.nan, np.float32)
    rows = batches(np.flatnonzero(crops.state == State.OK), batch)
    for part, images in zip(rows, batches(crops.images(), batch), strict=True):
        values[part] = embed(images)
    return track(values, crops.times, crops.state)
