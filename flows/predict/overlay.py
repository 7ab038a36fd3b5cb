"""A video with what was predicted drawn on it: face box, gauges, the last seconds, a plane."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from features.media.redrawing import redraw
from features.shards import Record
from features.track import State
from flows.predict import strokes as draw
from flows.predict.chosen import Chosen
from flows.predict.gauges import COLOURS, DARK, DIM, LIGHT, Gauges
from flows.predict.moments import Moments, moments
from flows.predict.reasons import reasons
from flows.predict.traces import plane, trace
from flows.predict.video import Video
from stages.params import PARAMS
from stages.targets import plane as plane_of_params
from stages.work.progress import meter

log = logging.getLogger("stages")
Plane = tuple[str, str] | None  # the targets to the right and up
ROOMY, SMALLEST = (640, 360), 0.6  # px, a picture for which sizes are given; the least of them
GAUGES = 0.36  # of the width


def check(video: Video, target: Path) -> None:
    """Raises ValueError where that cannot be drawn, before hours are spent."""
    if video.info.fps is None:
        raise ValueError(f"{video.path} has no pictures to draw on; leave --overlay out")
    if target.suffix.lower() != ".mp4":
        raise ValueError(f"an overlay is an .mp4, got {target}")
    if target.resolve() == video.path.resolve():
        raise ValueError(f"the overlay would take the place of {video.path}; choose another name")


def plane_of(run: Chosen) -> Plane:
    """The targets of a run that params.yaml puts into a plane, if both are the run's; ParamsError
    where params.yaml cannot be read."""
    chosen = plane_of_params() if PARAMS.is_file() else None
    return chosen if chosen and {*chosen} <= {*run.targets} else None


def overlay(
    video: Video,
    target: Path,
    columns: Mapping[str, list[Any]],
    faces: Record | None,
    run: Chosen,
    axes: Plane,
) -> None:
    """Write the video as mp4 with its prediction drawn on it; raises MediaError."""
    left_out = list(run.targets)[len(COLOURS) :]
    if left_out:
        log.warning("gauges and traces have room for %d targets: without %s", len(COLOURS),
                    ", ".join(left_out))  # fmt: skip
    panel = Panel(moments(columns, run.targets, run.about["widths"]), faces, axes)
    with meter(math.ceil(video.info.duration), "overlay", "s") as bar:

        def drawn(time: float, image: np.ndarray) -> np.ndarray:
            bar.update(max(0, int(time) - bar.n))
            return panel(time, image)

        redraw(video.path, target, drawn)


class Panel:
    """Draws what is known of a moment on its picture.

    faces  times, boxes and states of the frames   axes  of the plane; None: there is none
    """

    def __init__(self, moments: Moments, faces: Record | None, axes: Plane):
        self._moments, self._axes = moments, axes
        self._colours = dict(zip(moments.ranges, COLOURS, strict=False))
        self._gauges = Gauges(moments, self._colours)
        self._boxes: dict[float, tuple[np.ndarray, int]] = {}
        if faces is not None:
            times, boxes, state = (faces.columns[name][:] for name in ("times", "box", "state"))
            self._boxes = dict(zip(times.tolist(), zip(boxes, state, strict=True), strict=True))

    def __call__(self, time: float, picture: np.ndarray) -> np.ndarray:
        """Time in s, picture uint8 RGB (H, W, 3) -> a new one."""
        image, (height, width) = np.array(picture), picture.shape[:2]
        unit = max(SMALLEST, min(width / ROOMY[0], height / ROOMY[1]))
        self._face(time, image, unit)
        reasons(self._moments, time, image, unit)
        middle = round(GAUGES * width)
        high = min(self._gauges.height(middle, unit), height // 2)
        part = image[height - high :]
        draw.shade(part, slice(None), slice(None), DARK, 0.78)
        self._gauges(time, part[:, :middle], unit)
        end = width
        if self._axes:
            plane(self._moments, self._axes, time, part[:, middle:], unit)
            end -= high
        trace(self._moments, self._colours, time, part[:, middle:end], unit)
        return image

    def _face(self, time: float, image: np.ndarray, unit: float) -> None:
        box, state = self._boxes.get(time, (np.full(4, np.nan), State.NO_FACE))
        if np.isfinite(box).all():
            colour = LIGHT if state == State.OK else DIM
            draw.frame(image, box, (DARK, colour), max(1, round(1.5 * unit)))
