"""Parts of pictures, and smaller ones: what the networks and the crops are made from."""

from __future__ import annotations

import cv2
import numpy as np

PATCH = 48  # px, the input of O-Net


def halved(image: np.ndarray) -> np.ndarray:
    """An image at half the size: the mean of every 2 x 2 pixels, so that pixel i lies at 2 i + 1/2.

    No other reduction is as quick.
    """
    height, width = (side // 2 for side in image.shape[:2])
    even = image[: 2 * height, : 2 * width]
    return cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)


def square(box: np.ndarray) -> np.ndarray:
    """The square of the same centre around a box (4,), as MTCNN feeds its networks."""
    centre, side = (box[:2] + box[2:]) / 2, float((box[2:] - box[:2]).max())
    return np.concatenate([centre - side / 2, centre + side / 2])


def patch(image: np.ndarray, around: np.ndarray) -> np.ndarray:
    """A square of an image, black where it reaches beyond it: uint8 (48, 48, 3)."""
    left, top, right, bottom = np.round(around).astype(int)
    height, width = image.shape[:2]
    inside = image[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    if inside.size == 0:
        return np.zeros((PATCH, PATCH, 3), np.uint8)
    beyond = (max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width))
    padded = cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_CONSTANT) if any(beyond) else inside
    return shrunken(padded, PATCH, PATCH)


def shrunken(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """An image brought to another size, quickly where it is much smaller."""
    while image.shape[0] >= 2 * height and image.shape[1] >= 2 * width:
        image = halved(image)
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
