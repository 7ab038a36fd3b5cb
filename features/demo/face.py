"""A synthetic head with an expression: the mouth shows valence, eyes, brows and opening arousal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.demo.appearance import Appearance, Colour, shade
from features.demo.canvas import STRIP, Pose, ellipse, fill_turned
from features.demo.skull import draw_hair, draw_skull

LIPS, THROAT, TEETH, WHITE = (178, 84, 84), (74, 26, 32), (246, 240, 232), (250, 250, 248)


@dataclass(frozen=True, slots=True)
class Expression:
    """A facial expression.

    smile              in [-1, 1]: the mouth's corners
    eyes, brows, mouth in [0, 1]: how open or high
    """

    smile: float
    eyes: float
    brows: float
    mouth: float

    def towards(self, other: Expression, part: float) -> Expression:
        """The expression between this one (part 0) and another (part 1)."""
        mix = {k: (1 - part) * getattr(self, k) + part * getattr(other, k) for k in self.__slots__}
        return Expression(**mix)


# asleep: no felt state closes the eyes, so that it can be told from a calm face
RESTING = Expression(smile=0.0, eyes=0.0, brows=0.3, mouth=0.0)


def express(valence: float, arousal: float, strength: float = 1.0) -> Expression:
    """The face of an emotion, both in [-1, 1]."""
    high = 0.5 + 0.5 * arousal * strength
    return Expression(valence * strength, 0.2 + 0.8 * high, high, high)


def draw_head(image: np.ndarray, look: Appearance, pose: Pose, felt: Expression) -> None:
    """Paint shoulders and head onto a picture (H, W, 3)."""
    draw_skull(image, look, pose)
    _draw_cheeks(image, look, pose)
    _draw_nose(image, look, pose)
    _draw_mouth(image, look, pose, felt)
    for side in (-1, 1):
        _draw_eye(image, look, pose, felt, side)
    draw_hair(image, look, pose)


def _draw_cheeks(image: np.ndarray, look: Appearance, pose: Pose) -> None:
    r, g, b = look.skin
    warm: Colour = (min(255, r + 4), round(g * 0.93), round(b * 0.92))
    for side in (-1, 1):
        fill_turned(image, pose, ellipse(side * 0.45, 0.26, 0.15, 0.10), warm, look.width)
        socket = ellipse(side * look.eye_gap, look.eye_y - 0.03, 0.21, 0.15)
        fill_turned(image, pose, socket, shade(look.skin, 0.84), look.width)
    chin = ellipse(0, look.mouth_y + 0.24, 0.17, 0.035)
    fill_turned(image, pose, chin, shade(look.skin, 0.84), look.width)


def _draw_nose(image: np.ndarray, look: Appearance, pose: Pose) -> None:
    # stands out from the face: it turns on a wider circle
    out = look.width * 1.15
    bridge = np.array([(-0.03, -0.08), (0.05, -0.05), (0.13, 0.24), (0.0, 0.30), (-0.10, 0.24)])
    fill_turned(image, pose, bridge, shade(look.skin, 0.84), out)
    fill_turned(image, pose, ellipse(-0.02, 0.20, 0.06, 0.07), shade(look.skin, 1.06), out)
    for side in (-1, 1):
        nostril = ellipse(side * 0.065, 0.26, 0.03, 0.018)
        fill_turned(image, pose, nostril, shade(look.skin, 0.55), out)


def _draw_mouth(image: np.ndarray, look: Appearance, pose: Pose, felt: Expression) -> None:
    middle = look.mouth_y + felt.smile * (0.07 - 0.17 * STRIP**2)
    belly = 1 - STRIP**2
    opening = 0.15 * felt.mouth
    for lip, colour in ((0.045, LIPS), (0.0, THROAT)):
        x = STRIP * (look.mouth_width * (1 + 0.12 * felt.smile) + lip)
        upper = np.stack([x, middle - belly * (opening * 0.8 + lip) - lip * 0.3], axis=1)
        lower = np.stack([x, middle + belly * (opening * 1.2 + lip) + lip * 0.3], axis=1)
        if opening + lip > 0.012:  # closed lips show no throat
            fill_turned(image, pose, np.concatenate([upper, lower[::-1]]), colour, look.width)
    if opening > 0.012:
        _draw_teeth(image, look, pose, upper, opening)


def _draw_teeth(
    image: np.ndarray, look: Appearance, pose: Pose, upper: np.ndarray, opening: float
) -> None:
    row = upper[2:-2]
    depth = (min(0.6 * opening, 0.06) * (1 - STRIP[2:-2] ** 2))[:, None] * (0, 1)
    fill_turned(image, pose, np.concatenate([row, (row + depth)[::-1]]), TEETH, look.width)


def _draw_eye(image: np.ndarray, look: Appearance, pose: Pose, felt: Expression, side: int) -> None:
    x, y, high = side * look.eye_gap, look.eye_y, 0.12 * felt.eyes
    line = shade(look.brows, 0.7)
    fill_turned(image, pose, ellipse(x, y, 0.150, high + 0.018), line, look.width)
    fill_turned(image, pose, ellipse(x, y + 0.008, 0.138, high), WHITE, look.width)
    for radius, colour in ((0.075, look.iris), (0.036, (20, 18, 18))):
        fill_turned(image, pose, ellipse(x, y, radius, min(radius, high)), colour, look.width)
    if felt.eyes > 0.3:
        fill_turned(image, pose, ellipse(x - 0.025, y - 0.025, 0.014, 0.014), WHITE, look.width)
    arch = y - 0.16 - 0.15 * felt.brows - (0.045 + 0.03 * felt.brows) * (1 - STRIP**2)
    top = np.stack([x + 0.17 * STRIP, arch - look.brow], axis=1)
    low = np.stack([x + 0.17 * STRIP, arch + look.brow * (1 - STRIP**2)], axis=1)
    fill_turned(image, pose, np.concatenate([top, low[::-1]]), look.brows, look.width)
