"""Everything measured -> one static page.

reads   data/ingest/clips.jsonl and splits.jsonl, data/align/<stream>/*.h5 (when each stream has
        data), data/grid/*.h5, data/train/, data/evaluate/, data/robustness/curves.csv; of corpora
        that the section names, data/faces and data/transcripts
writes  data/report/index.html    opens from disk, needs no network
        data/report/vega.js       with which `dvc plots show` needs none either
"""

from __future__ import annotations

from pydantic import Field

from models.nearest import known
from stages.atomic import write_lines
from stages.clips import read_clips
from stages.command import log
from stages.params import Section
from stages.paths import CURVES, EVALUATE, REPORT, VEGA
from stages.report import sections as section
from stages.report.charts import Look, dashed, looks
from stages.report.measured import abouts, rows, scored, seeds, seen
from stages.report.page import INK, page
from stages.report.people import People
from stages.report.scene import Scene
from stages.report.tables import best_first, features
from stages.report.vega import vega
from stages.synthetic import NOTE, synthetic
from stages.targets import plane

TRUTH: Look = {"color": INK, "dash": "solid", "width": 3.5}


class Params(Section):
    title: str
    note: str  # shown on top, after what has to be said of the demo's numbers
    clips: int = Field(ge=0)  # how many clips of the evaluated split
    runs: list[str]  # whose predictions of them are shown; empty: the best one's
    faces_of: list[str]  # folders of media whose people the page may show, and quote
    words_of: list[str]
    face_every_s: float = Field(gt=0)


def run(params: Params) -> None:
    metrics = scored()
    runs = metrics["runs"]
    known("run under report.runs", params.runs, runs)
    lines = looks(runs)
    chosen = params.runs or best_first(runs)[:1]
    traced = {"truth": TRUTH, **dashed({name: lines[name] for name in chosen})}
    gated = next((name for name in chosen if (EVALUATE / "gates" / name).is_dir()), None)
    people = People(params.faces_of, params.words_of, params.face_every_s)
    clips = seen(params.clips, chosen, gated, people, metrics["features"])
    scene = Scene(metrics["targets"], plane())
    sections = {
        "Agreement with the annotators": section.agreement(metrics, lines, seeds(runs)),
        "When a stream fails": section.failing(rows(CURVES), lines, list(metrics["targets"])),
        "Ablations": section.varied(abouts(runs), metrics),
        "True and predicted, over time": section.clips(clips, traced, gated, scene),
        "Training": section.training(rows(EVALUATE / "plots/history.csv")),
        "Which features": features(metrics["features"]),
    }
    notes = [NOTE, params.note] if synthetic(read_clips()) else [params.note]
    write_lines(VEGA, [vega()])
    write_lines(REPORT, [page(params.title, " ".join(filter(None, notes)), sections)])
    megabytes = REPORT.stat().st_size / 1e6
    log.info("%s, %.1f MB, %d clips to look at", REPORT, megabytes, len(clips))
