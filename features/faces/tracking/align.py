"""Face alignment: from five landmarks to an upright crop of fixed size."""

from __future__ import annotations

import cv2
import numpy as np

from features.faces.tracking.patches import halved

# Eyes, nose and mouth corners in a 112 x 112 crop; Deng et al. 2019, ArcFace, section 3.1's
# alignment, in the numbers that the field's code has used since.
TEMPLATE = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
)


def crop(image: np.ndarray, landmarks: np.ndarray, size: int) -> np.ndarray:
    """The aligned crop of a face, whose landmarks are turned, scaled and shifted to the template.

    image uint8 RGB (H, W, 3), landmarks (5, 2) in its pixels  ->  uint8 RGB (size, size, 3)
    What lies outside the image is black.
    """
    warp = similarity(landmarks, TEMPLATE * (size / 112))  # (2, 3)
    image, warp = _near(image, warp, size)
    while np.hypot(warp[0, 0], warp[1, 0]) < 0.5 and min(image.shape[:2]) > 1:
        image = halved(image)  # first, or the warp would skip pixels
        warp = np.column_stack([warp[:, :2] * 2, warp[:, 2] + warp[:, :2].sum(axis=1) / 2])
    return cv2.warpAffine(image, warp, (size, size), flags=cv2.INTER_LINEAR)


def _near(image: np.ndarray, warp: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The part of an image that a crop is made from, with the warp (2, 3) from there."""
    turn = warp[:, :2] / max(float((warp[0, :2] ** 2).sum()), 1e-12)  # transposed, it undoes it
    corners = (np.array([[0, 0], [size, 0], [0, size], [size, size]]) - warp[:, 2]) @ turn
    height, width = image.shape[:2]
    low = np.clip(corners.min(axis=0) - 8, 0, [width - 1, height - 1]).astype(int)
    high = np.clip(corners.max(axis=0) + 8, low + 1, [width, height]).astype(int)
    shift = warp[:, 2] + warp[:, :2] @ low
    return image[low[1] : high[1], low[0] : high[0]], np.column_stack([warp[:, :2], shift])


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The similarity transform nearest to mapping source (N, 2) onto target (N, 2).

    ->  (2, 3), in the least-squares sense; Umeyama 1991, for two dimensions.
    """
    a, b = source.mean(axis=0), target.mean(axis=0)
    x, y = source - a, target - b
    norm = max(float((x**2).sum()), 1e-12)
    cos = float((x * y).sum()) / norm
    sin = float((x[:, 0] * y[:, 1] - x[:, 1] * y[:, 0]).sum()) / norm
    turn = np.array([[cos, -sin], [sin, cos]])
    return np.column_stack([turn, b - turn @ a])
