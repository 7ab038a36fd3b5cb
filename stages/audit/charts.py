"""The pictures of the audit, as SVG that follows the reader's choice of light or dark."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from html import escape

import numpy as np

from features.av_lag import Lag

BINS = 10  # of valence and of arousal, from -1 to 1
CELL = 26  # px
WIDE, HIGH = 640, 150  # px, of the offsets


def plane(labels: np.ndarray, caption: str) -> str:
    """Valence and arousal (N, 2) -> how many per cent of the steps lie where; sums at the edges."""
    counts, *_ = np.histogram2d(*labels.T, bins=BINS, range=[[-1, 1], [-1, 1]])
    share = 100 * counts / max(1.0, counts.sum())
    cells = []
    for v, a in np.ndindex(BINS, BINS):
        cells.append(_cell(v, BINS - 1 - a, float(share[v, a]), float(share.max())))
    for k in range(BINS):
        cells.append(_sum(k * CELL + CELL / 2, BINS * CELL + 16, share[k].sum()))
        cells.append(_sum(BINS * CELL + 18, (BINS - k) * CELL - CELL / 2 + 4, share[:, k].sum()))
    side = BINS * CELL
    words = _text(side / 2, side + 36, "valence from -1 to 1") + _text(
        -side / 2, -8, "arousal from -1 to 1", "rotate(-90)"
    )
    box = f"-24 -4 {side + 64} {side + 48}"
    return (
        f'<figure><figcaption>{escape(caption)}</figcaption><svg class="plane" viewBox="{box}" '
        f'role="img" aria-label="{escape(caption)}">{"".join(cells)}{words}</svg></figure>'
    )


def _cell(column: int, row: int, share: float, most: float) -> str:
    x, y = column * CELL, row * CELL
    shade = 0.12 + 0.48 * share / most if share else 0
    said = _text(x + CELL / 2, y + CELL / 2 + 4, _percent(share)) if share else ""
    size = f'width="{CELL}" height="{CELL}"'
    return f'<rect x="{x}" y="{y}" {size} fill-opacity="{shade:.2f}"/>{said}'


def _sum(x: float, y: float, share: float) -> str:
    return _text(x, y, _percent(share), kind="sum") if share else ""


def _percent(share: float) -> str:
    return f"{max(1, share):.0f}" if share >= 0.5 else "<1"


def offsets(told: Mapping[str, Lag], late: Container[str]) -> str:
    """A mark for each clip whose offset could be told: a cross where it is out of sync.

    Across: s that the sound is late. Up: how sure that is, by the decades of what is left to 1.
    """
    edge = math.ceil(2 * max(abs(lag.seconds) for lag in told.values())) / 2 or 0.5
    place = lambda s: WIDE * (0.5 + s / (2.1 * edge))  # noqa: E731
    drawn = []
    for sure in (0, 0.9, 0.99, 0.9999):
        y = _height(sure)
        drawn.append(f'<path class="line" d="M0 {y:.1f}h{WIDE}"/>')
        drawn.append(_text(WIDE + 34, y + 4, f"{sure:g}"))
    for s in (-edge, -edge / 2, 0, edge / 2, edge):
        drawn.append(_text(place(s), HIGH + 18, f"{s:+g}" if s else "0"))
    drawn.append(_text(WIDE / 2, HIGH + 36, "s that the sound is late"))
    for clip, lag in told.items():
        drawn.append(_mark(place(lag.seconds), clip, lag, clip in late))
    return (
        f'<svg class="offsets" viewBox="0 -8 {WIDE + 70} {HIGH + 50}" role="img" '
        f'aria-label="how late the sound is, and how sure that is">{"".join(drawn)}</svg>'
    )


def _mark(x: float, clip: str, lag: Lag, late: bool) -> str:
    kind, shape = ("cross", "M-5-5L5 5M-5 5L5-5") if late else ("dot", "M0-4A4 4 0 1 0 .1-4Z")
    said = f"{clip}: {lag.seconds:+.2f} s, confidence {lag.confidence:.4f}"
    return (
        f'<path class="{kind}" transform="translate({x:.1f} {_height(lag.confidence):.1f})" '
        f'd="{shape}"><title>{escape(said)}</title></path>'
    )


def _height(confidence: float) -> float:
    return HIGH * (1 - min(6.0, -math.log10(max(1 - confidence, 1e-9))) / 6)


def _text(x: float, y: float, said: str, turn: str = "", kind: str = "") -> str:
    turned = f' transform="{turn}"' if turn else ""
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{turned}{named}>{escape(said)}</text>'
