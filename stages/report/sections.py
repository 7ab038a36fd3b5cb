"""The sections of the report, as HTML, from what stages measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from models.targets import shown
from stages.report import charts as draw
from stages.report.charts import Look, Rows
from stages.report.page import charts, choice
from stages.report.scene import Scene
from stages.report.tables import lacking, scores, variations
from stages.report.viewer import Seen, viewer

FEW = 30  # clips, below which models.evaluation.bootstrap found its intervals too narrow


def agreement(metrics: Mapping[str, Any], lines: Mapping[str, Look], seeds: int) -> str:
    """Scores with intervals, as a table and as charts."""
    how = metrics["bootstrap"]
    level, baseline = f"{100 * how['level']:g} %", metrics["baseline"]
    text = (
        f"CCC over every labelled step of {metrics['clips']} clips ({metrics['split']} split): "
        + (f"mean and standard deviation over {seeds} seeds. " if seeds > 1 else "of one seed. ")
    )
    if how["used"]:
        text += (
            f"Below it the {level} interval over {how['used']} resamples of the clips, the same "
            "clips for every run; it holds what the choice of clips does to the score, not what "
            "the seed does. "
        )
        text += "From so few clips it is too narrow. " if metrics["clips"] < FEW else ""
    if baseline:
        text += (
            f"{baseline} is the plain run that validates best; a difference is in bold if its "
            "interval leaves out 0, and beside it stands the share of resamples in which the run "
            "is the better one."
        )
    figures = {t: draw.agreement(metrics["runs"], t, lines) for t in shown(metrics["targets"])}
    return scores(metrics) + _paragraph(text) + charts(figures)


def failing(rows: Rows, lines: Mapping[str, Look], targets: Sequence[str]) -> str:
    """A chart per stream and kind of failure."""
    columns = shown(targets)
    rows = [r for r in rows if r["target"] in columns]
    if not rows:
        return _paragraph("No run of several streams was tried.")
    text = (
        "CCC while one stream is useless for a share of each clip, the same stretches for every "
        "run. Dropped: it is known to be missing. Frozen: its last row is repeated and passes for "
        "data. Noised: its rows are those of other clips and pass for data."
    )
    tried = {name: look for name, look in lines.items() if name in {r["run"] for r in rows}}
    least = min(0.0, draw.lowest(rows, ["ccc"]))
    figures = {
        f"{stream} {kind}": draw.failing(
            [r for r in rows if (r["modality"], r["kind"]) == (stream, kind)], lines, least
        )
        for stream, kind in dict.fromkeys((r["modality"], r["kind"]) for r in rows)
    }
    return (
        _paragraph(text)
        + choice("target", columns, columns[-1])
        + draw.keys(tried, True)
        + charts(figures)
    )


def varied(runs: Mapping[str, Mapping[str, Any]], metrics: Mapping[str, Any]) -> str:
    """Runs of one head that differ in options, and runs with a stream taken away."""
    tables = variations(runs, metrics["runs"], shown(metrics["targets"]))
    html = tables or _paragraph(
        "No head was trained with more than one set of options or recipe (vary, in train.runs)."
    )
    if without := lacking(metrics["runs"]):
        names = list(metrics["targets"])
        what = f", mean of {listed(names)}," if names[1:] else f" in {names[0]}"
        text = f"CCC{what} of the same weights with a stream taken away."
        html += f"<h3>Without a stream</h3>{_paragraph(text)}{without}"
    return html


def clips(
    found: Mapping[str, Seen], lines: Mapping[str, Look], gated: str | None, scene: Scene
) -> str:
    """The viewer; `gated` is the run whose gates it shows."""
    if not found:
        return _paragraph("No clip was asked for (report.clips), or none has a step.")
    text = (
        "Predictions are means over seeds. A solid bar says that a stream has data; a hatched "
        "one that it has none, and why. "
    )
    if gated and any(clip.gates for clip in found.values()):
        text += (
            f"Then the gate weights of {gated}, mean over seeds, stacked: grey at the bottom is "
            "candidate 0, the stream's own encoding, above it what each recursion made of it."
        )
    return _paragraph(text) + draw.keys(lines) + viewer(found, lines, gated, scene)


def training(rows: Rows) -> str:
    """A chart per run."""
    columns = [c for c in rows[0] if c.startswith(("val_ccc_", "gate_"))]
    lines = draw.looks(columns)
    figures = {
        run: draw.training([r for r in rows if r["run"] == run], lines)
        for run in dict.fromkeys(r["run"] for r in rows)
    }
    text = (
        "On the validation split, a line per seed. gate_...: how much of what attention made of "
        "the stream its gate lets through, as against the stream's own encoding."
    )
    return _paragraph(text) + draw.keys(lines) + charts(figures)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: a, b and c."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"
