"""The charts of the report about runs, as plotly.js figures in plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from models.targets import MEAN
from stages.report.page import INK, Chart

Rows = Sequence[Mapping[str, str]]  # of a CSV file
Look = dict[str, Any]
# Okabe and Ito's colours, told apart without colour vision, less black and the pale yellow.
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
DASHES = {
    "solid": "", "dash": "8 4", "dot": "2 3", "dashdot": "8 3 2 3", "longdash": "14 4",
    "longdashdot": "12 3 2 3",
}  # fmt: skip
SYMBOLS = {  # each one's outline in a key, around 16, 5
    "circle": "M12.5 5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0", "square": "M13 2h6v6h-6z",
    "diamond": "M16 .5l4.5 4.5l-4.5 4.5l-4.5 -4.5z", "triangle-up": "M16 1l4.5 8h-9z",
    "cross": "M15 1h2v3h3v2h-3v3h-2v-3h-3v-2h3z", "triangle-down": "M16 9l4.5 -8h-9z",
}  # fmt: skip


def looks(names: Iterable[str]) -> dict[str, Look]:
    """A line for each name, the same in every chart: 36 of colour and dash, then again."""
    six = len(COLOURS)
    colours = {name: {"color": COLOURS[i % six], "width": 1.75} for i, name in enumerate(names)}
    return dashed(colours)


def dashed(colours: Mapping[str, Look]) -> dict[str, Look]:
    """The same colours, told apart by their dashes alone if there are no more than six."""
    six, dashes = len(COLOURS), list(DASHES)
    return {
        name: {**look, "dash": dashes[(i + i // six) % six]}
        for i, (name, look) in enumerate(colours.items())
    }


def symbol(look: Look) -> str:
    """The marker of a look; it goes with the colour."""
    return list(SYMBOLS)[COLOURS.index(look["color"])]


def keys(lines: Mapping[str, Look], marked: bool = False) -> str:
    """A legend for many charts, as HTML; with their markers or without."""
    items = (
        f'<li><svg width="32" height="10" aria-hidden="true" color="{_css(look)}">'
        f'<path d="M0 5h32" stroke-width="{look["width"]}" stroke="currentColor" '
        f'stroke-dasharray="{DASHES[look["dash"]]}"/>'
        f"{_mark(look) if marked else ''}</svg> {escape(name)}</li>"
        for name, look in lines.items()
    )
    return f'<ul class="keys">{"".join(items)}</ul>'


def _css(look: Look) -> str:
    return "inherit" if look["color"] == INK else look["color"]


def _mark(look: Look) -> str:
    return f'<path d="{SYMBOLS[symbol(look)]}" fill="currentColor"/>'


def line(name: str, x: Sequence[Any], y: Sequence[Any], look: Look, **more: Any) -> Any:
    """One line of a chart."""
    return {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": y, "line": look, **more}


def agreement(runs: Mapping[str, Any], target: str, lines: Mapping[str, Look]) -> Chart:
    """CCC of every run with its interval, the best mean on top."""
    data = []
    for name in sorted(runs, key=lambda n: runs[n][MEAN]["ccc"]):
        score, look = runs[name][target], lines[name]
        up, down = (score.get(f"ccc_{k}", score["ccc"]) - score["ccc"] for k in ("high", "low"))
        bar = {"type": "data", "symmetric": False, "array": [up], "arrayminus": [-down]}
        marker = {"color": look["color"], "size": 9, "symbol": symbol(look)}
        dot = {"mode": "markers", "marker": marker}
        data.append(line(name, [score["ccc"]], [name], look, error_x=bar, **dot))
    names = {"automargin": True, "fixedrange": True}
    return chart(data, 90 + 24 * len(data), "CCC", yaxis=names, hovermode="closest")


def failing(rows: Rows, lines: Mapping[str, Look], lowest: float) -> Chart:
    """CCC against the share of the time in which one stream fails in one way."""
    data = []
    for name, target in dict.fromkeys((r["run"], r["target"]) for r in rows):
        own = [r for r in rows if (r["run"], r["target"]) == (name, target)]
        x, y = [100 * float(r["share"]) for r in own], [float(r["ccc"]) for r in own]
        marker = {"symbol": symbol(lines[name]), "size": 8}
        marked = {"mode": "lines+markers", "marker": marker, "meta": target}
        data.append(line(name, x, y, lines[name], **marked))
    return chart(data, 240, "% of the time", yaxis={"range": [lowest, 1]})


def training(rows: Rows, lines: Mapping[str, Look]) -> Chart:
    """Validation CCC, and how far gates are open, epoch by epoch, a line per model of one run."""
    data = []
    for trained in dict.fromkeys(r["trained"] for r in rows):
        own = [r for r in rows if r["trained"] == trained]
        epochs = [float(r["epoch"]) for r in own]
        for column, look in lines.items():
            y = [float(r[column]) if r[column] else None for r in own]
            if any(v is not None for v in y):
                data.append(line(f"{column}, {trained}", epochs, y, {**look, "width": 1.25}))
    return chart(data, 240, "epoch", yaxis={"range": [min(0, lowest(rows, list(lines))), 1]})


def lowest(rows: Rows, columns: Sequence[str]) -> float:
    """The smallest number in some columns."""
    return min(float(r[c]) for r in rows for c in columns if r[c])


def chart(data: list[Any], height: int, along: str, **layout: Any) -> Chart:
    """A figure without a legend; `along` is what the x axis counts."""
    same = {"height": height, "showlegend": False, "margin": {"l": 44, "r": 8, "t": 8, "b": 40}}
    same |= {"hovermode": "x unified", "xaxis": {"title": {"text": along}}}
    return {"data": data, "layout": {**same, **layout}}
