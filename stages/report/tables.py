"""The tables of the report, as HTML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from statistics import fmean
from typing import Any

from models.targets import MEASURED

Scores = Mapping[str, Mapping[str, Any]]  # {run: its scores}


def scores(metrics: Mapping[str, Any]) -> str:
    """Every run, best mean first: CCC, interval, and how much better it is than the baseline."""
    runs, baseline = metrics["runs"], metrics["baseline"]
    titles = ["run", *MEASURED, *([f"better than {baseline}", "in resamples"] if baseline else [])]
    rows = []
    for name in best_first(runs):
        against = runs[name].get("against", {}).get(baseline, {}).get("mean")
        better = _better(against) if against else ["", ""]
        rows.append([escape(name), *_scores(runs[name]), *(better if baseline else [])])
    return _table(titles, rows)


def variations(runs: Mapping[str, Mapping[str, Any]], scored: Scores) -> str:
    """Runs of one head over the same modalities that differ in options or recipe, a table for each
    head; empty if there are none.

    runs  {name: its run.json}
    """
    groups: dict[str, list[str]] = {}
    for name, about in runs.items():
        groups.setdefault(f"{about['head']}, {', '.join(about['widths'])}", []).append(name)
    return "".join(
        f"<h3>{escape(group)}</h3>{table}"
        for group, names in groups.items()
        if (table := _differences({n: _made(runs[n]) for n in names}, scored))
    )


def _made(about: Mapping[str, Any]) -> dict[str, str]:
    models = "joint" if len(about["targets"]) > 1 else "each"
    made = {**about["recipe"], "models": models, **about["options"]}
    return {key: json.dumps(value) for key, value in made.items()}


def _differences(made: Mapping[str, Mapping[str, str]], scored: Scores) -> str:
    """A table of runs and of what they differ in, {run: {option: value}}; empty for nothing."""
    keys = dict.fromkeys(key for options in made.values() for key in options)
    differ = [k for k in keys if len({options.get(k) for options in made.values()}) > 1]
    rows = []
    for name, options in made.items():
        values = [escape(options.get(k, "as published")) for k in differ]
        rows.append([escape(name), *values, *_scores(scored[name])])
    return _table(["run", *differ, *MEASURED], rows) if differ else ""


def lacking(scored: Scores) -> str:
    """What a run scores with each modality taken away; empty if no run has two."""
    several = [name for name in best_first(scored) if "ccc_without" in scored[name]]
    modalities = dict.fromkeys(m for name in several for m in scored[name]["ccc_without"])
    rows = []
    for name in several:
        left = {m: fmean(score.values()) for m, score in scored[name]["ccc_without"].items()}
        cells = [f"{left[m]:.3f}" if m in left else "" for m in modalities]
        rows.append([escape(name), f"{scored[name]['mean']['ccc']:.3f}", *cells])
    return (
        _table(["run", "with all", *(f"without {m}" for m in modalities)], rows) if several else ""
    )


def features(made: Mapping[str, Mapping[str, str]]) -> str:
    """Which extractor made each modality, and the digest of all that decides its rows."""
    rows = [
        [escape(m), escape(f["extractor"]), f"<code>{f['digest']}</code>"] for m, f in made.items()
    ]
    return _table(["modality", "extractor", "digest"], rows)


def best_first(scored: Scores) -> list[str]:
    """The runs by mean CCC."""
    return sorted(scored, key=lambda name: -scored[name]["mean"]["ccc"])


def _scores(run: Mapping[str, Any]) -> list[str]:
    return [_score(run[target]) for target in MEASURED]


def _score(score: Mapping[str, float]) -> str:
    """CCC, its deviation over seeds if there are several, and its interval if it has one."""
    text = f"{score['ccc']:.3f}" + (f" ± {score['ccc_std']:.3f}" if score["ccc_std"] else "")
    if "ccc_low" in score:
        text += f"<small>{score['ccc_low']:.3f} to {score['ccc_high']:.3f}</small>"
    return text


def _better(than: Mapping[str, float]) -> list[str]:
    """Difference and interval, and the share of resamples; in bold if the interval leaves out 0."""
    text = _signed(than["difference"])
    if "low" not in than:
        return [text, ""]
    if than["low"] > 0 or than["high"] < 0:
        text = f"<b>{text}</b>"
    bounds = f"{_signed(than['low'])} to {_signed(than['high'])}"
    return [f"{text}<small>{bounds}</small>", f"{100 * than['above_zero']:.0f} %"]


def _signed(x: float) -> str:
    return f"{x:+.3f}".replace("-", "\N{MINUS SIGN}")


def _table(titles: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'
