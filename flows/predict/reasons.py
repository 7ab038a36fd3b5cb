"""What an overlay says of the streams that there is nothing of, and why."""

from __future__ import annotations

import numpy as np

from flows.predict import strokes as draw
from flows.predict.gauges import DARK, LIGHT, SIZE
from flows.predict.layout import fitted, widths, wrapped
from flows.predict.moments import Moments

EDGE = 7  # px


def reasons(moments: Moments, time: float, image: np.ndarray, unit: float) -> None:
    """Write them top left, in as many lines as it takes; time in s."""
    step = moments.step(time)
    lacking = [
        f"{stream}: {each[step].replace('_', ' ')}"
        for stream, each in moments.states.items()
        if each[step] != "ok"
    ]
    if not lacking:
        return
    size, edge = round(SIZE * unit), round(EDGE * unit)
    room = image.shape[1] - 2 * edge
    each = wrapped(widths(lacking, size), room, draw.text_width(", ", size))
    lines = [fitted(", ".join(line), size, room) for line in each]
    wide = max(draw.text_width(line, size) for line in lines) + 2 * edge
    high = len(lines) * (size + edge) + edge
    draw.shade(image, slice(0, high), slice(0, wide), DARK, 0.78)
    for i, line in enumerate(lines, 1):
        draw.text(image, edge, i * (size + edge), line, size, LIGHT)
