"""Where labels lie, as SVG that follows the reader's choice of light or dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from models.targets import Range
from stages.audit.charts import written

BINS = 10  # of a target, from the lowest to the highest of its range
CELL, HIGH = 26, 110  # px, of a bin and of the highest bar


def plane(labels: np.ndarray, names: Sequence[str], ranges: Sequence[Range], caption: str) -> str:
    """Two targets (N, 2) -> how many per cent of the steps lie where; sums at the edges."""
    counts, *_ = np.histogram2d(*labels.T, bins=BINS, range=ranges)
    share = 100 * counts / max(1.0, counts.sum())
    cells = []
    for x, y in np.ndindex(BINS, BINS):
        cells.append(_cell(x, BINS - 1 - y, float(share[x, y]), float(share.max())))
    for k in range(BINS):
        cells.append(_sum(k * CELL + CELL / 2, BINS * CELL + 16, share[k].sum()))
        cells.append(_sum(BINS * CELL + 18, (BINS - k) * CELL - CELL / 2 + 4, share[:, k].sum()))
    side, (across, up) = BINS * CELL, map(_axis, names, ranges)
    words = written(side / 2, side + 36, across) + written(-side / 2, -8, up, "rotate(-90)")
    return _figure(caption, f"-24 -4 {side + 64} {side + 48}", "".join(cells) + words)


def histogram(labels: np.ndarray, name: str, limits: Range, caption: str) -> str:
    """One target (N,) -> how many per cent of the steps lie in each part of its range."""
    counts, edges = np.histogram(labels, bins=BINS, range=limits)
    share = 100 * counts / max(1, counts.sum())
    drawn = [f'<path class="line" d="M0 {HIGH}h{BINS * CELL}"/>']
    for k, percent in enumerate(share):
        height = HIGH * percent / max(1.0, share.max())
        size = f'x="{k * CELL}" y="{HIGH - height:.1f}" width="{CELL}" height="{height:.1f}"'
        drawn.append(f'<rect {size} fill-opacity=".6"/>' if percent else "")
        drawn.append(_sum(k * CELL + CELL / 2, HIGH - height - 4, float(percent)))
    for k in (0, BINS // 2, BINS):
        drawn.append(written(k * CELL, HIGH + 16, f"{edges[k]:.4g}"))
    drawn.append(written(BINS * CELL / 2, HIGH + 34, name))
    return _figure(caption, f"-24 -16 {BINS * CELL + 48} {HIGH + 58}", "".join(drawn))


def _axis(name: str, limits: Range) -> str:
    return f"{name} from {limits[0]:g} to {limits[1]:g}"


def _figure(caption: str, box: str, drawn: str) -> str:
    return (
        f'<figure><figcaption>{escape(caption)}</figcaption><svg class="labels" viewBox="{box}" '
        f'role="img" aria-label="{escape(caption)}">{drawn}</svg></figure>'
    )


def _cell(column: int, row: int, share: float, most: float) -> str:
    x, y = column * CELL, row * CELL
    shade = 0.12 + 0.48 * share / most if share else 0
    said = written(x + CELL / 2, y + CELL / 2 + 4, _percent(share)) if share else ""
    size = f'width="{CELL}" height="{CELL}"'
    return f'<rect x="{x}" y="{y}" {size} fill-opacity="{shade:.2f}"/>{said}'


def _sum(x: float, y: float, share: float) -> str:
    return written(x, y, _percent(share), kind="sum") if share else ""


def _percent(share: float) -> str:
    return f"{max(1, share):.0f}" if share >= 0.5 else "<1"
