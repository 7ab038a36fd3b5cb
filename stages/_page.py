"""The report's one HTML page: sections, charts and the script that draws them, no network.

A chart is a plotly.js figure as plain values, {data, layout}. Lines of the colour INK are drawn in
the colour of the text, which follows the reader's choice of light or dark.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from plotly.offline import get_plotlyjs

Chart = dict[str, Any]
INK = "ink"
STYLE = """
:root { color-scheme: light dark; --line: #8886; --ink: #1a1a1a; --page: #fff; --mark: #d55e00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --page: #16181c; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
       max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
.note { border-left: 4px solid var(--mark); padding: .25rem 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap; }
th, td { padding: .3rem .8rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
td small { display: block; opacity: .75; }
.charts { display: grid; gap: .5rem 1rem; 
          grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); }
.charts.one { grid-template-columns: minmax(0, 1fr); }
figure { margin: 0; min-width: 0; break-inside: avoid; }
figcaption { font-weight: 600; margin: .5rem 0 0; }
.keys { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; }
fieldset { border: 1px solid var(--line); display: inline-flex; flex-wrap: wrap; gap: 1rem; }
@media print { :root { color-scheme: light; --ink: #000; --page: #fff; }
               fieldset { display: none; } }
"""
SCRIPT = """
const dark = matchMedia("(prefers-color-scheme: dark)");
const figures = [...document.querySelectorAll("figure")];
const specs = new Map(figures.map(f => [f, JSON.parse(f.querySelector("script").textContent)]));
let paper = false, drawn = new Set();
function draw(figure) {
  const ink = dark.matches && !paper ? "#e6e6e6" : "#1a1a1a", grid = ink + "26";
  const target = figure.closest("section").querySelector("input:checked")?.value;
  const {data, layout} = structuredClone(specs.get(figure));
  for (const trace of data) {
    if (trace.line?.color === "ink") trace.line.color = ink;
    if (trace.meta) trace.visible = trace.meta === target;
  }
  for (const [name, axis] of Object.entries(layout))
    if (/^[xy]axis/.test(name)) Object.assign(axis, {gridcolor: grid, zerolinecolor: grid});
  Object.assign(layout, {font: {color: ink, size: 12, family: "system-ui, sans-serif"},
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    hoverlabel: {bgcolor: dark.matches && !paper ? "#2a2d33" : "#fff", font: {color: ink}}});
  Plotly.react(figure.querySelector(".chart"), data, layout,
    {responsive: true, displayModeBar: false});  // drag to zoom, double click to undo
  drawn.add(figure);
}
const redraw = () => drawn.forEach(draw);
const seen = new IntersectionObserver(entries => entries.forEach(
  e => { if (e.isIntersecting && !drawn.has(e.target)) draw(e.target); }), {rootMargin: "600px"});
figures.forEach(f => seen.observe(f));
dark.addEventListener("change", redraw);
document.addEventListener("change", e => { if (e.target.matches("fieldset input")) redraw(); });
addEventListener("beforeprint", () => { paper = true; figures.forEach(draw); });
addEventListener("afterprint", () => { paper = false; redraw(); });
"""


def page(title: str, note: str, sections: Mapping[str, str]) -> str:
    """The whole page; sections are {heading: HTML}, everything else is escaped here."""
    body = "\n".join(
        f"<section><h2>{escape(heading)}</h2>{html}</section>" for heading, html in sections.items()
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{STYLE}</style></head>
<body><h1>{escape(title)}</h1><p class="note">{escape(note)}</p>
{body}
<script>{get_plotlyjs()}</script><script>{SCRIPT}</script></body></html>"""


def charts(figures: Mapping[str, Chart], kind: str = "") -> str:
    """Charts under their captions, as many in a row as there is room for; `one`: one a row."""
    return f'<div class="charts {kind}">{"".join(map(_figure, figures, figures.values()))}</div>'


def _figure(caption: str, chart: Chart) -> str:
    spec = json.dumps(chart, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    spec = spec.replace("<", "\\u003c")  # a name may hold </script>
    height = chart["layout"]["height"]
    return (
        f'<figure><figcaption>{escape(caption)}</figcaption><div class="chart" '
        f'style="height:{height}px"></div><script type="application/json">'
        f"{spec}</script></figure>"
    )


def choice(name: str, values: Iterable[str], chosen: str) -> str:
    """Buttons of which one is chosen; charts of the section show traces whose `meta` it is."""
    buttons = "".join(
        f'<label><input type="radio" name="{name}" value="{escape(v)}"'
        f"{' checked' if v == chosen else ''}> {escape(v)}</label>"
        for v in values
    )
    return f"<fieldset>{buttons}</fieldset>"
