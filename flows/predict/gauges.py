"""What an overlay says in words and bars: each target, and which streams there are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from flows.predict import strokes as draw
from flows.predict.layout import fitted, widths, wrapped
from flows.predict.moments import Moments, number

DARK, FAINT = (14, 16, 20), (62, 66, 74)
LIGHT, DIM = (240, 240, 240), (128, 134, 146)
COLOURS: tuple[draw.Colour, ...] = (  # Okabe and Ito's, of which all eyes can tell each from the
    (
        86,
        180,
        233,
    ),  # others and from the grey of what is not known; their purple looks grey to some
    (230, 159, 0),
    (0, 158, 115),
    (213, 94, 0),
)
TARGET, STREAMS = 27, 16  # px, how high a target is, and a line of streams
EDGE, SIZE, RADIUS = 9, 9, 3  # px, of margins, letters, discs


class Gauges:
    """Draws targets as numbers and bars, and under them the names of the streams."""

    def __init__(self, moments: Moments, targets: dict[str, draw.Colour]):
        self._moments, self._targets = moments, targets

    def height(self, width: int, unit: float) -> int:
        """How high all of it is, px."""
        lines = len(_lines(self._moments.states, width, unit))
        return round((len(self._targets) * TARGET + lines * STREAMS + 2 * EDGE) * unit)

    def __call__(self, time: float, part: np.ndarray, unit: float) -> None:
        """Time in s; onto a part of the picture. What does not fit in below is left out."""
        edge, size = round(EDGE * unit), round(SIZE * unit)
        step, y = self._moments.step(time), edge + size
        for target, colour in self._targets.items():
            if y + edge <= part.shape[0]:
                known = bool(self._moments.known[step])
                self._target(target, time, part, y, colour if known else DIM, unit)
            y += round(TARGET * unit)
        for line in _lines(self._moments.states, part.shape[1], unit):
            if y <= part.shape[0] - edge // 2:
                self._streams(line, step, part, y, unit)
            y += round(STREAMS * unit)

    def _target(
        self, target: str, time: float, part: np.ndarray, y: int, colour: draw.Colour, unit: float
    ) -> None:
        """Its name, its value, and a bar from the middle of its range to there."""
        edge, size, thick = round(EDGE * unit), round(SIZE * unit), max(3, round(5 * unit))
        left, right = edge, part.shape[1] - edge
        value, (low, high) = self._moments.now(target, time), self._moments.ranges[target]
        said = number(value, low, high)
        wide = draw.text_width(said, size)
        draw.text(part, right - wide, y, said, size, colour)
        name = fitted(target, size, right - wide - edge - left)
        x = draw.text(part, left, y, name, size, LIGHT) + edge
        scale = f"{low:g} to {high:g}"
        if (low, high) != (-1, 1) and x + draw.text_width(scale, size) + edge <= right - wide:
            draw.text(part, x, y, scale, size, DIM)
        middle = (left + right) / 2
        reach = left + self._moments.share(target, value) * (right - left)
        draw.bar(part, left, right, y + edge // 2, thick, FAINT)
        draw.bar(part, middle, reach, y + edge // 2, thick, colour)
        draw.bar(part, middle, middle, y + edge // 2 - 1, thick + 2, LIGHT)

    def _streams(self, line: list[str], step: int, part: np.ndarray, y: int, unit: float) -> None:
        """Names with a disc each, a ring where there is nothing."""
        edge, size, radius = (round(px * unit) for px in (EDGE, SIZE, RADIUS))
        x = edge
        for stream in line:
            there = self._moments.states[stream][step] == "ok"
            colour = LIGHT if there else DIM
            draw.dot(part, x + radius, y - size / 2, radius, colour, there)
            x += 3 * radius
            name = fitted(stream, size, part.shape[1] - edge - x)
            x = draw.text(part, x, y, name, size, colour) + edge


def _lines(streams: Iterable[str], width: int, unit: float) -> list[list[str]]:
    """The streams in lines that fit into the width."""
    edge, size = round(EDGE * unit), round(SIZE * unit)
    before = 3 * round(RADIUS * unit)
    return wrapped(widths(streams, size, before), width - 2 * edge, edge)
