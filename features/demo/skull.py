"""What of a synthetic head does not move with its expression: shoulders, neck, skull and hair."""

from __future__ import annotations

import numpy as np

from features.demo.appearance import Appearance, shade
from features.demo.canvas import STRIP, Pose, ellipse, fill


def outline_of(look: Appearance, grow: float = 1.0) -> np.ndarray:
    """The face's outline (N, 2): an ellipse, squared at the jaw."""
    shape = ellipse(0, 0, look.width * grow, grow)
    low = np.clip(shape[:, 1], 0, 1)
    shape[:, 0] *= 1 + look.jaw * 0.35 * low * (1 - low)
    return shape


def draw_skull(image: np.ndarray, look: Appearance, pose: Pose) -> None:
    """Paint a blank head on its shoulders (H, W, 3)."""
    dark = shade(look.skin, 0.86)
    fill(image, pose, ellipse(0, 2.35, 1.7, 1.05), look.clothes)
    fill(image, pose, ellipse(0, 1.1, 0.34, 0.5), dark)
    if look.style == "long":
        fill(image, pose, ellipse(0, 0.25, look.width + 0.24, 1.3), look.hair)
    for side in (-1, 1):
        fill(image, pose, ellipse(side * look.width, 0.02, 0.10, 0.19), dark)
    fill(image, pose, outline_of(look), dark)
    fill(image, pose, outline_of(look, 0.97) - (0.012, 0.012), look.skin)


def draw_hair(image: np.ndarray, look: Appearance, pose: Pose) -> None:
    """Paint the hair that falls over the head's front (H, W, 3)."""
    drop = {"fringe": 0.12, "curly": 0.0}.get(look.style, 0.0)
    arc = np.linspace(np.pi * 1.02, np.pi * 1.98, 25)
    crown = np.stack([np.cos(arc) * look.width * 1.08, np.sin(arc) * 1.1 - 0.02], axis=1)
    line = -0.62 + drop + 0.38 * (STRIP**4) - (0.06 * STRIP if look.style == "short" else 0)
    front = np.stack([look.width * 1.04 * STRIP[::-1], line[::-1]], axis=1)
    if look.style == "bun":
        fill(image, pose, ellipse(0, -1.18, 0.3, 0.26), shade(look.hair, 0.9))
    if look.style == "curly":
        for angle in np.linspace(np.pi * 1.08, np.pi * 1.92, 9):
            x, y = np.cos(angle) * look.width * 1.06, np.sin(angle) * 0.98 - 0.12
            fill(image, pose, ellipse(x, y, 0.24, 0.24), look.hair)
    fill(image, pose, np.concatenate([crown, front]), look.hair)
