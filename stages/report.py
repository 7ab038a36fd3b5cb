"""Everything measured -> one static page.

reads   data/ingest/clips.jsonl, data/evaluate/metrics.json and predictions
writes  data/report/index.html    opens from disk, needs no network
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from pydantic import Field

from stages._clips import read_clips, write_lines
from stages._main import main
from stages._page import page, table, traces
from stages._params import Section

EVALUATE = Path("data/evaluate")
REPORT = Path("data/report/index.html")


class Params(Section):
    title: str
    note: str  # shown on top: what the numbers are about
    clips: int = Field(ge=0)  # traces of how many clips of the evaluated split
    heads: list[str]  # whose predictions the traces show; empty: the best one


def run(params: Params) -> None:
    metrics = json.loads((EVALUATE / "metrics.json").read_text(encoding="utf-8"))
    heads = metrics["heads"]
    best = max(heads, key=lambda name: heads[name]["mean"]["ccc"])
    shown = params.heads or [best]
    if unknown := [h for h in shown if h not in heads]:
        raise LookupError(f"report.heads names {unknown[0]!r}; evaluated were: {', '.join(heads)}")
    subjects = {clip.id: clip.subject for clip in read_clips()}
    files = sorted((EVALUATE / "predictions" / shown[0]).glob("*.csv"))[: params.clips]
    figures = [
        traces(f"{f.stem} (subject {subjects[f.stem]})", {h: _read(h, f.name) for h in shown})
        for f in files
    ]
    html = page(params.title, params.note, table(metrics), figures, metrics["features"])
    write_lines(REPORT, [html])


def _read(head: str, name: str) -> dict[str, list[Any]]:
    """One clip's predictions as columns; None where there is no truth."""
    with (EVALUATE / "predictions" / head / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {c: [float(r[c]) if r[c] else None for r in rows] for c in rows[0]} if rows else {}


if __name__ == "__main__":
    main("report", Params, run)
