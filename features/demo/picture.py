"""The frames of a clip: a subject, an emotion, and what gets in the way."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from features.demo.appearance import Colour, sample_appearance
from features.demo.canvas import Pose
from features.demo.disturbances import Disturbance
from features.demo.face import RESTING, draw_head, express
from features.demo.occlusions import amount, draw_back_of_head, draw_hands, draw_mask
from features.demo.plan import ClipPlan
from features.demo.traces import sample_trace

MOTION_S = 1.6  # correlation time of the head's movement
AWAY = np.radians(170)  # the back of the head


def frames(plan: ClipPlan) -> Iterator[np.ndarray]:
    """The frames of a clip, RGB uint8 (H, W, 3), one for each of plan.frame_times()."""
    times = plan.frame_times()
    look = sample_appearance(plan.subject_rng("look"))
    rng = plan.rng("motion")
    motion = np.stack([sample_trace(rng, MOTION_S, 1.0)(times) for _ in range(5)], axis=1)  # (T, 5)
    valence, arousal = (trace(times) for trace in plan.truth())
    disturbances = plan.disturbances().visual
    side = float(rng.choice([-1, 1]))  # where this subject looks when looking away
    wall = _draw_wall(plan.size_px, look.wall)
    for t, v, a, moved in zip(times, valence, arousal, motion, strict=True):
        now = next((s for s in disturbances if s.start <= t < s.end), None)
        image = wall.copy()
        pose = _pose(plan.size_px, moved, side * AWAY * _part(now, "away", t))
        felt = express(v, a, look.expressive).towards(RESTING, _part(now, "resting", t))
        draw_head(image, look, pose, felt)
        draw_back_of_head(image, look, pose)
        if hands := _part(now, "hands", t):
            draw_hands(image, look, pose, hands)
        if mask := _part(now, "masked", t):
            draw_mask(image, look, pose, mask)
        yield cv2.GaussianBlur(image, (3, 3), 0)


def _part(now: Disturbance | None, kind: str, time: float) -> float:
    return amount(now, time) if now and now.kind == kind else 0.0


def _pose(size: int, moved: np.ndarray, yaw: float) -> Pose:
    """Movements (5,) in [-1, 1] -> where the head is in a picture of `size` px."""
    x, y, near, tilt, turn = moved.tolist()
    return Pose(
        x=size * (0.5 + 0.035 * x),
        y=size * (0.49 + 0.025 * y),
        scale=size * 0.29 * (1 + 0.06 * near),
        tilt=np.radians(8) * tilt,
        yaw=np.radians(12) * turn + yaw,
    )


def _draw_wall(size: int, colour: Colour) -> np.ndarray:
    """Background (H, W, 3), lighter at the top left."""
    down, right = np.mgrid[0:size, 0:size] / size
    light = 0.92 - 0.22 * (0.6 * down + 0.4 * right)
    return np.clip(light[..., None] * np.array(colour), 0, 255).astype(np.uint8)
