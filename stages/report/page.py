"""The report's one HTML page: sections, charts and the scripts that draw them, no network.

A chart is a plotly.js figure as plain values, {data, layout}. Lines of the colour INK are drawn in
the colour of the text, which follows the reader's choice of light or dark. Plotly's own script is
packed, since it is most of the page: 2.0 MB instead of 4.8.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from plotly.offline import get_plotlyjs

from stages.pages import style

Chart = dict[str, Any]
INK = "ink"
HERE = Path(__file__).parent
STYLE, SCRIPTS = "page.css", ("panels.js", "readout.js", "viewer.js", "page.js")


def page(title: str, note: str, sections: Mapping[str, str]) -> str:
    """The whole page; sections are {heading: HTML}, everything else is escaped here."""
    body = "\n".join(
        f"<section><h2>{escape(heading)}</h2>{html}</section>" for heading, html in sections.items()
    )
    scripts = [(HERE / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{style(HERE / STYLE)}</style></head>
<body><h1>{escape(title)}</h1>{f'<p class="note">{escape(note)}</p>' if note else ""}
<noscript><p class="trouble">Charts are drawn by JavaScript, which is off here; the tables are
complete without it.</p></noscript><p class="trouble" id="trouble" role="alert" hidden></p>
{body}
{packed(get_plotlyjs(), id="plotly")}
{"".join(f"<script>{script}</script>" for script in scripts)}</body></html>"""


def packed(text: str, **attributes: str) -> str:
    """Text for a script of the page, as gzip in base64; the same text gives the same bytes."""
    data = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    named = "".join(f' {name.strip("_")}="{escape(v)}"' for name, v in attributes.items())
    return f'<script type="text/plain"{named}>{data}</script>'


def values(spec: Any) -> str:
    """Plain values for a script of the page, as JSON."""
    text = json.dumps(spec, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c")  # a name may hold </script>
    return f'<script type="application/json">{text}</script>'


def charts(figures: Mapping[str, Chart]) -> str:
    """Charts under their captions, as many in a row as there is room for."""
    return f'<div class="charts">{"".join(map(_figure, figures, figures.values()))}</div>'


def _figure(caption: str, chart: Chart) -> str:
    height = chart["layout"]["height"]
    return (
        f'<figure><figcaption>{escape(caption)}</figcaption><div class="chart" '
        f'style="height:{height}px"></div>{values(chart)}</figure>'
    )


def choice(name: str, values: Iterable[str], chosen: str) -> str:
    """Buttons of which one is chosen; charts of the section show traces whose `meta` it is."""
    buttons = "".join(
        f'<label><input type="radio" name="{name}" value="{escape(v)}"'
        f"{' checked' if v == chosen else ''}> {escape(v)}</label>"
        for v in values
    )
    return f"<fieldset><legend>{escape(name)}</legend>{buttons}</fieldset>"
