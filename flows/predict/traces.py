"""What an overlay draws of the last seconds: each target over time, and two in a plane."""

from __future__ import annotations

import numpy as np

from flows.predict import strokes as draw
from flows.predict.gauges import DIM, EDGE, FAINT, LIGHT
from flows.predict.layout import fitted
from flows.predict.moments import PAST_S, Moments

NAMES = 7  # px, letters in the plane


def trace(
    moments: Moments,
    targets: dict[str, draw.Colour],
    time: float,
    part: np.ndarray,
    unit: float,
) -> None:
    """The last PAST_S seconds, now on the right; grey where nothing was known.

    Each target from the low end of its range to the high one. Time in s; onto a part of the
    picture.
    """
    edge, (height, width) = round(EDGE * unit), part.shape[:2]
    right, past = width - 2 * edge, moments.past(time)
    for share in (0, 0.5, 1):
        y = height - edge - share * (height - 2 * edge)
        draw.line(part, [0, right], [y, y], DIM if share == 0.5 else FAINT, 1)
    xs = right * (1 - (time - np.append(moments.times[past], time)) / PAST_S)
    for target, colour in targets.items():
        ys = height - edge - moments.path(target, time) * (height - 2 * edge)
        for i, known in enumerate(moments.known[past]):
            ink = colour if known else DIM
            draw.line(part, xs[i : i + 2], ys[i : i + 2], ink, max(1, round(2 * unit)))
        draw.dot(part, right, ys[-1], max(2, round(4 * unit)), colour, True)


def plane(
    moments: Moments, axes: tuple[str, str], time: float, part: np.ndarray, unit: float
) -> None:
    """Two targets in a square, the first to the right and the second up, each from the low end of
    its range to the high one: a dot, and its path over the last PAST_S seconds, fading."""
    edge, size = round(EDGE * unit), round(NAMES * unit)
    side = min(part.shape[:2]) - 2 * edge
    left, top = part.shape[1] - edge - side, edge
    right, low = left + side, top + side
    middle = left + side / 2, top + side / 2
    draw.line(part, [left, right], [middle[1]] * 2, FAINT, 1)
    draw.line(part, [middle[0]] * 2, [top, low], FAINT, 1)
    draw.line(part, [left, right, right, left, left], [top, top, low, low, top], DIM, 1)
    across, up = (fitted(name, size, side - 6) for name in axes)
    draw.text(part, right - 3 - draw.text_width(across, size), low - 4, across, size, DIM)
    draw.text(part, left + 3, top + size + 3, up, size, DIM)
    xs = left + side * moments.path(axes[0], time)
    ys = low - side * moments.path(axes[1], time)
    known, count = moments.known[moments.past(time)], len(xs) - 1
    for i in range(count):
        ink = draw.mixed(FAINT, LIGHT if known[i] else DIM, (i + 1) / count)
        draw.line(part, xs[i : i + 2], ys[i : i + 2], ink, max(1, round(1.5 * unit)))
    ink = LIGHT if moments.known[moments.step(time)] else DIM
    draw.dot(part, xs[-1], ys[-1], max(2, round(4 * unit)), ink, True)
