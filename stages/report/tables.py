"""The tables of the report, as HTML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from statistics import fmean
from typing import Any

from models.targets import MEAN, shown

Scores = Mapping[str, Mapping[str, Any]]  # {run: its scores}


def scores(metrics: Mapping[str, Any]) -> str:
    """Every run, best mean first: CCC, interval, and how much better it is than the baseline."""
    runs, baseline, columns = metrics["runs"], metrics["baseline"], shown(metrics["targets"])
    titles = ["run", *columns, *([f"better than {baseline}", "in resamples"] if baseline else [])]
    rows = []
    for name in best_first(runs):
        against = runs[name].get("against", {}).get(baseline, {}).get(MEAN)
        better = _better(against) if against else ["", ""]
        rows.append([escape(name), *_scores(runs[name], columns), *(better if baseline else [])])
    return _table(titles, rows)


def variations(
    runs: Mapping[str, Mapping[str, Any]], scored: Scores, columns: Sequence[str]
) -> str:
    """Runs of one head over the same streams that differ in options or recipe, a table for each
    head; empty if there are none.

    runs  {name: its run.json}; columns  of models.targets.shown
    """
    groups: dict[str, list[str]] = {}
    for name, about in runs.items():
        groups.setdefault(f"{about['head']}, {', '.join(about['widths'])}", []).append(name)
    return "".join(
        f"<h3>{escape(group)}</h3>{table}"
        for group, names in groups.items()
        if (table := _differences({n: _made(runs[n]) for n in names}, scored, columns))
    )


def _made(about: Mapping[str, Any]) -> dict[str, str]:
    models = "joint" if len(about["targets"]) > 1 else "each"
    made = {**about["recipe"], "models": models, **about["options"]}
    return {key: json.dumps(value) for key, value in made.items()}


def _differences(
    made: Mapping[str, Mapping[str, str]], scored: Scores, columns: Sequence[str]
) -> str:
    """A table of runs and of what they differ in, {run: {option: value}}; empty for nothing."""
    keys = dict.fromkeys(key for options in made.values() for key in options)
    differ = [k for k in keys if len({options.get(k) for options in made.values()}) > 1]
    rows = []
    for name, options in made.items():
        values = [escape(options.get(k, "as published")) for k in differ]
        rows.append([escape(name), *values, *_scores(scored[name], columns)])
    return _table(["run", *differ, *columns], rows) if differ else ""


def lacking(scored: Scores) -> str:
    """What a run scores with each stream taken away; empty if no run has two."""
    several = [name for name in best_first(scored) if "ccc_without" in scored[name]]
    streams = dict.fromkeys(s for name in several for s in scored[name]["ccc_without"])
    rows = []
    for name in several:
        left = {s: fmean(score.values()) for s, score in scored[name]["ccc_without"].items()}
        cells = [f"{left[s]:.3f}" if s in left else "" for s in streams]
        rows.append([escape(name), f"{scored[name][MEAN]['ccc']:.3f}", *cells])
    titles = ["run", "with all", *(f"without {s}" for s in streams)]
    return _table(titles, rows) if several else ""


def features(made: Mapping[str, Mapping[str, str]]) -> str:
    """What each stream is, which extractor made it, and the digest of all that decides its rows."""
    rows = [
        [escape(stream), f["kind"], escape(f["extractor"]), f"<code>{f['digest']}</code>"]
        for stream, f in made.items()
    ]
    return _table(["stream", "kind", "extractor", "digest"], rows)


def best_first(scored: Scores) -> list[str]:
    """The runs by mean CCC."""
    return sorted(scored, key=lambda name: -scored[name][MEAN]["ccc"])


def _scores(run: Mapping[str, Any], columns: Iterable[str]) -> list[str]:
    return [_score(run[column]) for column in columns]


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
