"""Everything measured -> one static page.

reads   data/ingest/clips.jsonl, data/align/*.h5 (which modality has data when), data/train/,
        data/evaluate/, data/robustness/curves.csv
writes  data/report/index.html    opens from disk, needs no network
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import Field

from models.nearest import known
from stages import _sections as section
from stages._charts import Look, looks
from stages._clips import write_lines
from stages._main import main
from stages._measured import EVALUATE, abouts, rows, viewers
from stages._page import INK, page
from stages._params import Section
from stages._tables import best_first, features

CURVES = Path("data/robustness/curves.csv")
REPORT = Path("data/report/index.html")
TRUTH: Look = {"color": INK, "dash": "solid"}


class Params(Section):
    title: str
    note: str  # shown on top: what the numbers are about
    clips: int = Field(ge=0)  # traces of how many clips of the evaluated split
    heads: list[str]  # whose predictions the traces show; empty: the best one


def run(params: Params) -> None:
    metrics = json.loads((EVALUATE / "metrics.json").read_text(encoding="utf-8"))
    heads = metrics["heads"]
    known("run under report.heads", params.heads, heads)
    lines = looks(heads)
    shown = params.heads or best_first(heads)[:1]
    traced = {"truth": TRUTH, **{name: lines[name] for name in shown}}
    gated = next((name for name in shown if (EVALUATE / "gates" / name).is_dir()), None)
    clips = viewers(params.clips, shown, gated, traced)
    sections = {
        "Agreement with the annotators": section.agreement(metrics, lines),
        "When a modality fails": section.failing(rows(CURVES), lines),
        "Variations of a head": section.varied(abouts(heads), metrics),
        "True and predicted, over time": section.clips(clips, traced, gated),
        "Training": section.training(rows(EVALUATE / "plots/history.csv")),
        "Which features": features(metrics["features"]),
    }
    write_lines(REPORT, [page(params.title, params.note, sections)])


if __name__ == "__main__":
    main("report", Params, run)
