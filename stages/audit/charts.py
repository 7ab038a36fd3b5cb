"""The offsets of the audit, as SVG that follows the reader's choice of light or dark."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from html import escape

from features.av_lag import Lag

WIDE, HIGH = 640, 150  # px, of the offsets


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
        drawn.append(written(WIDE + 34, y + 4, f"{sure:g}"))
    for s in (-edge, -edge / 2, 0, edge / 2, edge):
        drawn.append(written(place(s), HIGH + 18, f"{s:+g}" if s else "0"))
    drawn.append(written(WIDE / 2, HIGH + 36, "s that the sound is late"))
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


def written(x: float, y: float, said: str, turn: str = "", kind: str = "") -> str:
    """Text around a point of a picture."""
    turned = f' transform="{turn}"' if turn else ""
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{turned}{named}>{escape(said)}</text>'
