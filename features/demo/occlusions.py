"""Occlusions: ways in which a face stops telling anything."""

from __future__ import annotations

import numpy as np

from features.demo.appearance import Appearance, shade
from features.demo.canvas import Pose, ellipse, fill, fill_turned
from features.demo.disturbances import Disturbance

RAMP_S = 0.24  # how long a hand takes to come up, or a head to turn


def amount(disturbance: Disturbance, time: float) -> float:
    """The share of a disturbance that is there at a time (s): 0 at its edges, 1 inside."""
    edge = min(time - disturbance.start, disturbance.end - time) / RAMP_S
    part = min(max(edge, 0.0), 1.0)
    return part * part * (3 - 2 * part)


def draw_back_of_head(image: np.ndarray, look: Appearance, pose: Pose) -> None:
    """Paint the hair that comes into view as the head turns away (H, W, 3)."""
    if abs(pose.yaw) < np.radians(20):
        return
    side = -np.sign(pose.yaw)  # where the hair appears
    edge = np.clip(np.pi * 5 / 9 - abs(pose.yaw), -np.pi / 2, np.pi / 2)
    y = np.linspace(-1.06, 0.9, 24)
    half = look.width * 1.04 * np.sqrt(np.clip(1 - (y / 1.1) ** 2, 0, 1))
    outer = np.stack([side * half, y], axis=1)
    inner = np.stack([side * np.sin(edge) * half, y], axis=1)
    fill(image, pose, np.concatenate([outer, inner[::-1]]), look.hair)
    if look.style == "long" and abs(pose.yaw) > np.radians(140):
        fill(image, pose, ellipse(0, 0.25, look.width + 0.2, 1.26), look.hair)


def draw_hands(image: np.ndarray, look: Appearance, pose: Pose, part: float) -> None:
    """Paint two hands over the face, coming up from below as part goes from 0 to 1."""
    down = (1 - part) * 2.2
    for side in (-1, 1):
        for finger in range(4):
            x = side * (0.09 + 0.155 * finger)
            tip = ellipse(x, -0.28 + down + 0.05 * abs(finger - 1.3), 0.085, 0.42)
            fill(image, pose, tip, shade(look.skin, 0.72))
            fill(image, pose, tip * (0.97, 1) + (0.0, 0.02), shade(look.skin, 0.94))
        fill(image, pose, ellipse(side * 0.30, 0.42 + down, 0.40, 0.50), shade(look.skin, 0.94))
        fill(image, pose, ellipse(side * 0.42, 1.3 + down, 0.26, 0.85), shade(look.clothes, 0.9))


def draw_mask(image: np.ndarray, look: Appearance, pose: Pose, part: float) -> None:
    """Paint a cloth over nose and mouth and dark glasses over eyes and brows."""
    up = (1 - part) * 1.6
    w = look.width
    xs = np.linspace(-0.93, 0.93, 15)
    top = np.stack([xs * w, 0.22 - 0.12 * (1 - xs**2) + up], axis=1)
    low = np.stack([xs * w, 0.34 + 0.62 * np.sqrt(1 - xs**2) + up], axis=1)
    fill_turned(image, pose, np.concatenate([top, low[::-1]]), (176, 206, 220), w)
    for side in (-1, 1):
        lens = ellipse(side * 0.33, look.eye_y - 0.07 - up, 0.27, 0.27)
        fill_turned(image, pose, lens, (38, 40, 48), w)
    y = look.eye_y - 0.12 - up
    bar = np.array([(-0.72, y - 0.03), (0.72, y - 0.03), (0.72, y + 0.03), (-0.72, y + 0.03)])
    fill_turned(image, pose, bar, (38, 40, 48), w)
