"""The report's HTML: a table of scores and charts that need nothing from the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs
from plotly.subplots import make_subplots

TARGETS = ("valence", "arousal")
COLOURS = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
)  # Okabe and Ito: told apart without colour vision
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
.note { border-left: 4px solid #d55e00; padding: .25rem 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .9rem; border-bottom: 1px solid #8886; text-align: right; }
th:first-child, td:first-child { text-align: left; }
tr.best { font-weight: 600; }
figure { margin: 1.5rem 0; background: #fff; border-radius: 6px; }
"""


def page(
    title: str, note: str, scores: str, figures: Sequence[go.Figure], features: Mapping[str, Any]
) -> str:
    """The whole page as text; `scores` is HTML, everything else is escaped here."""
    charts = "\n".join(
        f"<figure>{f.to_html(full_html=False, include_plotlyjs=False, div_id=f'clip{i}')}</figure>"
        for i, f in enumerate(figures)
    )
    made = "".join(
        f"<li>{escape(m)}: {escape(f['extractor'])}, <code>{escape(f['digest'])}</code></li>"
        for m, f in features.items()
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)}</title><style>{STYLE}</style>
<script>{get_plotlyjs() if figures else ""}</script></head>
<body><h1>{escape(title)}</h1><p class="note">{escape(note)}</p>
<h2>Agreement with the annotators</h2><div class="scroll">{scores}</div>
<p>CCC over every labelled step of the split, mean and standard deviation over seeds.</p>
<h2>True and predicted, over time</h2>{charts}
<h2>Which features</h2><ul>{made}</ul></body></html>"""


def table(metrics: Mapping[str, Any]) -> str:
    """The scores as an HTML table, best mean first."""
    heads = metrics["heads"]
    order = sorted(heads, key=lambda name: -heads[name]["mean"]["ccc"])
    rows = "".join(
        f"<tr{' class=best' if name == order[0] else ''}><td>{escape(name)}</td>"
        + "".join(f"<td>{_pm(heads[name][t])}</td>" for t in (*TARGETS, "mean"))
        + "</tr>"
        for name in order
    )
    return (
        f"<table><tr><th>head</th><th>valence</th><th>arousal</th><th>mean</th></tr>{rows}</table>"
    )


def _pm(score: Mapping[str, float]) -> str:
    return f"{score['ccc']:.3f} ± {score['ccc_std']:.3f}"


def traces(title: str, heads: Mapping[str, Mapping[str, Sequence[float | None]]]) -> go.Figure:
    """One clip: valence above arousal, the truth in black and each head's prediction over it."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.06)
    first = next(iter(heads.values()))
    for row, target in enumerate(TARGETS, start=1):
        lines = {"truth": (first[f"{target}_true"], "#222", "solid")}
        for (name, columns), colour in zip(heads.items(), COLOURS, strict=False):
            lines[name] = (columns[target], colour, "dash")
        for name, (y, colour, dash) in lines.items():
            line = {"color": colour, "dash": dash, "width": 2}
            figure.add_scatter(
                x=list(first["time"]), y=list(y), name=name, line=line, mode="lines",
                legendgroup=name, showlegend=row == 1, row=row, col=1,
            )  # fmt: skip
        figure.update_yaxes(title=target, range=[-1, 1], row=row, col=1)
    figure.update_xaxes(title="time (s)", row=2, col=1)
    return figure.update_layout(
        title=title,
        height=380,
        template="plotly_white",
        hovermode="x unified",
        margin={"t": 50, "b": 40},
    )
