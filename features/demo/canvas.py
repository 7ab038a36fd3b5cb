"""A canvas for shapes on a head that moves, tilts and turns."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from features.demo.appearance import Colour

SHIFT = 4  # fractional bits of OpenCV's fixed-point coordinates: a slow movement must not jump
ANGLES = np.linspace(0, 2 * np.pi, 28, endpoint=False)
CIRCLE = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)  # (28, 2)
STRIP = np.linspace(-1, 1, 13)  # along a mouth, a brow or a hairline


@dataclass(frozen=True, slots=True)
class Pose:
    """The pose of a head.

    Head units: half a face height, x to the right, y down, 0 in the face's middle.
    """

    x: float  # px
    y: float  # px
    scale: float  # px a head unit
    tilt: float  # rad, in the picture's plane
    yaw: float  # rad, 0 looks into the camera


def ellipse(x: float, y: float, width: float, height: float) -> np.ndarray:
    """The outline (N, 2) of an ellipse in head units; width and height are half axes."""
    return CIRCLE * (width, height) + (x, y)


def fill(image: np.ndarray, pose: Pose, outline: np.ndarray, colour: Colour) -> None:
    """Paint an outline (N, 2), in head units, that does not turn with the head."""
    c, s = np.cos(pose.tilt) * pose.scale, np.sin(pose.tilt) * pose.scale
    pixels = outline @ np.array([[c, s], [-s, c]]) + (pose.x, pose.y)
    corners = np.round(pixels * (1 << SHIFT)).astype(np.int32)
    cv2.fillPoly(image, [corners], colour, cv2.LINE_AA, SHIFT)


def fill_turned(
    image: np.ndarray, pose: Pose, outline: np.ndarray, colour: Colour, radius: float
) -> None:
    """Paint an outline that lies on the head, a cylinder of `radius` (head units).

    Nothing is painted once its middle is about to go round the edge.
    """
    around = np.arcsin(np.clip(outline[:, 0] / radius, -1, 1)) + pose.yaw  # rad
    if abs(around.mean()) > 1.35:
        return
    x = radius * np.sin(np.clip(around, -np.pi / 2, np.pi / 2))
    fill(image, pose, np.stack([x, outline[:, 1]], axis=1), colour)
