"""Everything measured -> one static page.

reads   data/ingest/clips.jsonl, data/align/*.h5 (which modality has data when), data/train/,
        data/evaluate/, data/robustness/curves.csv; of corpora that the section names, data/faces
        and data/transcripts
writes  data/report/index.html    opens from disk, needs no network
        data/report/vega.js       with which `dvc plots show` needs none either
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from models.nearest import known
from stages._clips import read_clips, write_lines
from stages._drawn import NOTE, drawn
from stages._main import log, main
from stages._params import Section
from stages._report import sections as section
from stages._report.charts import Look, dashed, looks
from stages._report.measured import EVALUATE, abouts, rows, scored, seeds, seen
from stages._report.page import INK, page
from stages._report.people import People
from stages._report.tables import best_first, features
from stages._report.vega import vega

CURVES = Path("data/robustness/curves.csv")
REPORT = Path("data/report/index.html")
VEGA = REPORT.with_name("vega.js")
TRUTH: Look = {"color": INK, "dash": "solid", "width": 3.5}


class Params(Section):
    title: str
    note: str  # shown on top, after what has to be said of the demo's numbers
    clips: int = Field(ge=0)  # how many clips of the evaluated split
    heads: list[str]  # whose predictions of them are shown; empty: the best one's
    faces_of: list[str]  # folders of media whose people the page may show, and quote
    words_of: list[str]
    face_every_s: float = Field(gt=0)


def run(params: Params) -> None:
    metrics = scored()
    heads = metrics["heads"]
    known("run under report.heads", params.heads, heads)
    lines = looks(heads)
    shown = params.heads or best_first(heads)[:1]
    traced = {"truth": TRUTH, **dashed({name: lines[name] for name in shown})}
    gated = next((name for name in shown if (EVALUATE / "gates" / name).is_dir()), None)
    people = People(params.faces_of, params.words_of, params.face_every_s)
    clips = seen(params.clips, shown, gated, people)
    sections = {
        "Agreement with the annotators": section.agreement(metrics, lines, seeds(heads)),
        "When a modality fails": section.failing(rows(CURVES), lines),
        "Ablations": section.varied(abouts(heads), metrics),
        "True and predicted, over time": section.clips(clips, traced, gated),
        "Training": section.training(rows(EVALUATE / "plots/history.csv")),
        "Which features": features(metrics["features"]),
    }
    notes = [NOTE, params.note] if drawn(read_clips()) else [params.note]
    write_lines(VEGA, [vega()])
    write_lines(REPORT, [page(params.title, " ".join(filter(None, notes)), sections)])
    megabytes = REPORT.stat().st_size / 1e6
    log.info("%s, %.1f MB, %d clips to look at", REPORT, megabytes, len(clips))


if __name__ == "__main__":
    main("report", Params, run, page=REPORT)
