"""The report on heads trained, evaluated and disturbed on a grid of planted rows."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from stages import evaluate, report, robustness
from stages._page import charts
from stages._tables import scores, variations
from stages.report import REPORT
from tests.stages.planted import SPLITS
from tests.stages.test_evaluate import PARAMS as EVALUATION
from tests.stages.test_robustness import PARAMS as FAILURES

PARAMS = {"title": "On <this> corpus", "note": "planted & small", "clips": 1, "heads": ["gated"]}


@pytest.fixture(scope="module")
def measured(trained_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which everything is measured. Do not change it."""
    folder = tmp_path_factory.mktemp("measured")
    shutil.copytree(trained_once, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("WORKERS", "1")
        evaluate.run(evaluate.Params(**EVALUATION))
        robustness.run(robustness.Params(**{**FAILURES, "shares": [0, 0.5]}))
    return folder


@pytest.fixture
def _here(measured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(measured, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


def html(**changes: Any) -> str:
    report.run(report.Params(**{**PARAMS, **changes}))
    return REPORT.read_text(encoding="utf-8")


def figures(page: str) -> dict[str, Any]:
    """{caption: the chart below it}."""
    found = re.findall(
        r'<figcaption>(.*?)</figcaption>.*?<script type="application/json">(.*?)</script>', page
    )
    return {caption: json.loads(spec) for caption, spec in found}


def lines(chart: Any) -> dict[str, Any]:
    return {trace["name"]: trace for trace in chart["data"] if "name" in trace}


def test_the_page_needs_nothing_from_a_network(_here):
    page = html()
    without_library = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert "On &lt;this&gt; corpus" in page and "planted &amp; small" in page
    assert not re.search(r"(src|href)=|url\(|@import", without_library)


def test_every_chart_is_one_that_plotly_knows(_here):
    drawn = figures(html())
    assert len(drawn) == 3 + 2 * 3 + 1 + 4  # targets; modality x kind; clips; runs
    for chart in drawn.values():
        for trace in chart["data"]:
            if trace.get("line", {}).get("color") == "ink":
                trace["line"]["color"] = "black"
        go.Figure(chart)


def test_a_clip_is_drawn_as_it_was_predicted(_here):
    clip = next(name for name, split in SPLITS.items() if split == "test")
    drawn = figures(html(heads=["both", "gated"]))[f"{clip} (subject {clip})"]
    names = [trace.get("name") for trace in drawn["data"]]
    weights = [f"{m}_{n}" for m in ("audio", "text") for n in range(3)]
    assert names == [*(["truth", "both", "gated"] * 2), None, *weights]
    predicted = evaluate.EVALUATE / f"predictions/both/{clip}.csv"
    first = predicted.read_text().splitlines()[1].split(",")
    assert drawn["data"][1]["x"][0] == float(first[0])
    assert drawn["data"][1]["y"][0] == float(first[1])
    assert drawn["data"][4]["y"][0] == float(first[2])


def test_curves_have_a_line_per_head_and_target(_here):
    chart = figures(html())["audio frozen"]
    found = [(trace["name"], trace["meta"]) for trace in chart["data"]]
    targets = ("valence", "arousal", "mean")
    assert sorted(found) == sorted((n, t) for n in ("both", "gated", "apart") for t in targets)
    assert all(trace["x"] == [0, 50] for trace in chart["data"])


def test_gates_are_drawn_beside_the_validation_ccc_where_there_are_any(_here):
    drawn = figures(html())
    assert set(lines(drawn["both"])) == {
        f"val_ccc_{t}, concat-{seed}" for t in ("valence", "arousal") for seed in (1, 2)
    }
    assert "gate_text, grjca-2" in lines(drawn["gated"])


def test_without_gates_or_intervals_or_baseline_the_rest_is_shown(_here):
    """One labelled clip has no interval; a jmt was not trained."""
    evaluate.run(evaluate.Params(**{**EVALUATION, "split": "val", "baselines": ["jmt"]}))
    page = html(heads=["both"], clips=0)
    assert "better than" not in page and "resamples" not in page
    assert "c (subject c)" not in figures(page)


def test_a_run_that_does_not_exist_is_answered_with_the_nearest(_here):
    with pytest.raises(LookupError, match=r"under report\.heads named 'bothh'.*'both'"):
        html(heads=["bothh"])


def test_the_table_of_scores_by_hand():
    score = {"ccc": 0.5, "ccc_std": 0.01, "ccc_low": 0.4, "ccc_high": 0.6}
    less = {"ccc": 0.25, "ccc_std": 0.02}
    mean = {"difference": -0.25, "low": -0.3, "high": -0.1, "above_zero": 0.04}
    heads = {
        "worse": {t: less for t in ("valence", "arousal", "mean")},
        "plain": {t: score for t in ("valence", "arousal", "mean")},
    }
    heads["worse"] = {**heads["worse"], "against": {"plain": {"mean": mean}}}
    html = scores({"heads": heads, "baseline": "plain"}).replace("\N{MINUS SIGN}", "-")
    first, second = re.findall(r"<tr><td>(.*?)</tr>", html)
    assert first.startswith("plain</td><td>0.500 ± 0.010<small>0.400 to 0.600</small>")
    assert second.startswith("worse</td><td>0.250 ± 0.020</td>")
    assert "<b>-0.250</b><small>-0.300 to -0.100</small></td><td>4 %" in second


def test_runs_that_differ_in_options_or_recipe_are_set_side_by_side():
    def about(head: str, epochs: int, **options: Any) -> dict[str, Any]:
        same = {"widths": {"x": 1}, "targets": ["valence", "arousal"], "options": options}
        return {"head": head, "recipe": {"epochs": epochs, "lr": 0.1}, **same}

    runs = {
        "a": about("dca", 5, width=3),
        "a_gate_false": about("dca", 7, width=3, gate=False),
        "other": about("jca", 5, width=11),
    }
    score = {t: {"ccc": 0.5, "ccc_std": 0.0} for t in ("valence", "arousal", "mean")}
    table = variations(runs, dict.fromkeys(runs, score))
    assert re.findall("<h3>(.*?)</h3>", table) == ["dca, x"]
    assert re.findall('<th scope="col">(.*?)</th>', table)[:3] == ["run", "epochs", "gate"]
    assert re.findall("<tr><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>", table) == [
        ("a", "5", "as published"),
        ("a_gate_false", "7", "false"),
    ]


def test_no_name_ends_the_script_that_a_chart_is_in():
    chart = {"data": [{"name": "</script>"}], "layout": {"height": 10}}
    assert figures(charts({"a <b>": chart})) == {"a &lt;b&gt;": chart}
