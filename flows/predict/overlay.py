"""A video with what was predicted drawn on it: face box, gauges, and the trace up to now."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from features.media.redrawing import redraw
from features.shards import Record
from features.track import State
from flows.predict import strokes as draw
from flows.predict.observed import Video
from models.targets import TARGETS
from stages.work.progress import meter

PAST_S = 8.0  # of the trace that is in sight
DARK, FAINT = (14, 16, 20), (62, 66, 74)
LIGHT, DIM = (240, 240, 240), (128, 134, 146)
COLOURS: dict[str, draw.Colour] = {  # that all eyes can tell apart
    "valence": (86, 180, 233),
    "arousal": (245, 170, 40),
}
ROOMY = (640, 360)  # px, a picture for which sizes are given here


def check(video: Video, target: Path) -> None:
    """Raises ValueError where that cannot be drawn, before hours are spent."""
    if video.info.fps is None:
        raise ValueError(f"{video.path} has no pictures to draw on; leave --overlay out")
    if target.suffix.lower() != ".mp4":
        raise ValueError(f"an overlay is an .mp4, got {target}")
    if target.resolve() == video.path.resolve():
        raise ValueError(f"the overlay would take the place of {video.path}; choose another name")


def overlay(
    video: Video, target: Path, columns: Mapping[str, list[Any]], faces: Record | None
) -> None:
    """Write the video as mp4 with its prediction drawn on it; raises MediaError."""
    panel = Panel(columns, faces)
    with meter(math.ceil(video.info.duration), "overlay", "s") as bar:

        def drawn(time: float, image: np.ndarray) -> np.ndarray:
            bar.update(max(0, int(time) - bar.n))
            return panel(time, image)

        redraw(video.path, target, drawn)


class Panel:
    """Draws what is known of a moment on its picture.

    columns  of the prediction: time, valence, arousal, and of each modality mask and state
    faces    times, boxes and states of the frames
    """

    def __init__(self, columns: Mapping[str, list[Any]], faces: Record | None):
        self.times = np.array(columns["time"])
        self.values = {target: np.array(columns[target]) for target in TARGETS}
        self.states = {m: columns[f"{m}_state"] for m in columns if f"{m}_state" in columns}
        self.known = np.any([columns[m] for m in self.states], axis=0)  # (T,) of any modality
        self.boxes: dict[float, tuple[np.ndarray, int]] = {}
        if faces is not None:
            times, boxes, state = (faces.columns[name][:] for name in ("times", "box", "state"))
            self.boxes = dict(zip(times.tolist(), zip(boxes, state, strict=True), strict=True))

    def __call__(self, time: float, picture: np.ndarray) -> np.ndarray:
        """Time in s, picture uint8 RGB (H, W, 3) -> a new one."""
        image, (height, width) = np.array(picture), picture.shape[:2]
        unit = max(0.6, min(width / ROOMY[0], height / ROOMY[1]))
        step = int(np.abs(self.times - time).argmin())
        self._face(time, image, unit)
        self._reasons(step, image, unit)
        top = height - min(round(88 * unit), height // 2)
        draw.shade(image, slice(top, height), slice(0, width), DARK, 0.78)
        middle = round(0.36 * width)
        self._gauges(time, step, image[top:, :middle], unit)
        self._trace(time, image[top:, middle:], unit)
        return image

    def _face(self, time: float, image: np.ndarray, unit: float) -> None:
        box, state = self.boxes.get(time, (np.full(4, np.nan), State.NO_FACE))
        if np.isfinite(box).all():
            colour = LIGHT if state == State.OK else DIM
            draw.frame(image, box, (DARK, colour), max(1, round(1.5 * unit)))

    def _reasons(self, step: int, image: np.ndarray, unit: float) -> None:
        """Top left: which modalities there is nothing of, and why."""
        lacking = {m: each[step] for m, each in self.states.items() if each[step] != "ok"}
        if lacking:
            words = ", ".join(f"{m}: {why.replace('_', ' ')}" for m, why in lacking.items())
            size, edge = round(9 * unit), round(7 * unit)
            wide = draw.text_width(words, size) + 2 * edge
            draw.shade(image, slice(0, size + 2 * edge), slice(0, wide), DARK, 0.78)
            draw.text(image, edge, size + edge, words, size, LIGHT)

    def _gauges(self, time: float, step: int, part: np.ndarray, unit: float) -> None:
        """Both values as numbers and as bars from the middle, and which modalities there are."""
        edge, size, thick = round(9 * unit), round(9 * unit), max(3, round(5 * unit))
        left, right, y = edge, part.shape[1] - edge, edge + size
        middle, colour = (left + right) / 2, DIM
        for target, values in self.values.items():
            value = float(np.interp(time, self.times, values))
            colour, number = COLOURS[target] if self.known[step] else DIM, f"{value:+.2f}"
            draw.text(part, left, y, target, size, LIGHT)
            draw.text(part, right - draw.text_width(number, size), y, number, size, colour)
            reach = middle + np.clip(value, -1, 1) * (right - left) / 2
            draw.bar(part, left, right, y + edge // 2, thick, FAINT)
            draw.bar(part, middle, reach, y + edge // 2, thick, colour)
            draw.bar(part, middle, middle, y + edge // 2 - 1, thick + 2, LIGHT)
            y += round(27 * unit)
        x, radius = left, round(3 * unit)
        for m, each in self.states.items():
            there = each[step] == "ok"
            draw.dot(part, x + radius, y - size / 2, radius, LIGHT if there else DIM, there)
            x = draw.text(part, x + 3 * radius, y, m, size, LIGHT if there else DIM) + edge

    def _trace(self, time: float, part: np.ndarray, unit: float) -> None:
        """The last PAST_S seconds, now on the right; grey where nothing was known."""
        edge, (height, width) = round(9 * unit), part.shape[:2]
        right = width - 2 * edge
        y = lambda value: height / 2 - np.clip(value, -1, 1) * (height / 2 - edge)  # noqa: E731
        x = lambda t: right * (1 - (time - t) / PAST_S)  # noqa: E731
        for value in (-1, 0, 1):
            draw.line(part, [0, right], [y(value)] * 2, FAINT if value else DIM, 1)
        seen = np.flatnonzero((self.times >= time - PAST_S) & (self.times <= time))
        for target, values in self.values.items():
            now = float(np.interp(time, self.times, values))
            xs, ys = [*x(self.times[seen]), right], [*y(values[seen]), y(now)]
            for i, known in enumerate(self.known[seen]):
                colour = COLOURS[target] if known else DIM
                draw.line(part, xs[i : i + 2], ys[i : i + 2], colour, max(1, round(2 * unit)))
            draw.dot(part, right, y(now), max(2, round(4 * unit)), COLOURS[target], True)
