"""The report on heads trained, evaluated and disturbed on a grid of planted rows."""

from __future__ import annotations

import base64
import csv
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from dvc_render.vega_templates import TEMPLATES
from ruamel.yaml import YAML

from features import code
from stages.evaluate import stage as evaluate
from stages.paths import REPORT, TRAIN
from stages.report import stage as report
from stages.report.page import SCRIPTS, STYLE, charts
from stages.report.scene import Scene
from stages.report.sections import failing, listed
from stages.report.tables import features, lacking, scores, variations
from stages.report.viewer import Seen, compact
from tests.repo import ROOT
from tests.stages import results
from tests.stages.planted import GATED, RUNS, SPLITS, T, lay_people, params, write_params
from tests.stages.test_evaluate import PARAMS as EVALUATION

PARAMS = {"title": "On <this> corpus", "note": "planted & small", "clips": 1, "runs": ["gated"]}
PARAMS |= {"faces_of": [], "words_of": [], "face_every_s": 1.0}
TARGETS = {"valence": (-1.0, 1.0), "arousal": (-1.0, 1.0)}


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


def clips(page: str) -> dict[str, Any]:
    """{caption: what the viewer knows of the clip}."""
    captions = re.findall("<option>(.*?)</option>", page)
    data = re.findall('class="packed">(.*?)</script>', page)
    unpacked = (json.loads(gzip.decompress(base64.b64decode(text))) for text in data)
    return dict(zip(captions, unpacked, strict=True))


def setting(page: str) -> dict[str, Any]:
    """What the viewer knows that is the same for every clip."""
    (found,) = re.findall(
        r'</table></div></div><script type="application/json">(.*?)</script>', page
    )
    return json.loads(found)


def headers(page: str) -> list[list[str]]:
    """The titles of each table."""
    heads = re.findall(r"<table><tr>(.*?)</tr>", page)
    return [re.findall('<th scope="col">(.*?)</th>', head) for head in heads]


def lines(chart: Any) -> dict[str, Any]:
    return {trace["name"]: trace for trace in chart["data"] if "name" in trace}


def test_the_page_needs_nothing_from_a_network(_here):
    page = html()
    without_library = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert "On &lt;this&gt; corpus" in page and "planted &amp; small" in page
    assert not re.search(r"(src|href)=|url\(|@import", without_library)


def test_all_that_the_page_is_made_of_counts_as_its_code():
    behind = code.digests("stages.report.stage")
    assert {f"stages/report/{name}" for name in (STYLE, *SCRIPTS)} <= behind.keys()
    assert "stages/pages/style.css" in behind


def test_every_chart_is_one_that_plotly_knows(_here):
    drawn = figures(html())
    assert len(drawn) == 3 + 2 * 3 + 4  # targets; stream x kind; runs
    for chart in drawn.values():
        for trace in chart["data"]:
            if trace.get("line", {}).get("color") == "ink":
                trace["line"]["color"] = "black"
        go.Figure(chart)


def test_a_clip_is_shown_as_it_was_predicted(_here):
    clip = next(name for name, split in SPLITS.items() if split == "test")
    shown = clips(html(runs=["both", "gated"]))[f"{clip} (subject {clip})"]
    assert list(shown["lines"]) == ["truth", "both", "gated"]
    assert list(shown["gates"]) == [f"{m}_{n}" for m in ("audio", "text") for n in range(3)]
    with (evaluate.EVALUATE / f"predictions/both/{clip}.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert (shown["start"], shown["step"], shown["steps"]) == (0.05, 0.1, T)
    for run, suffix in (("both", ""), ("truth", "_true")):
        for target in ("valence", "arousal"):
            hundredths = [round(100 * float(row[f"{target}{suffix}"])) for row in rows]
            assert shown["lines"][run][target] == hundredths


def test_states_are_kept_by_stretches_and_what_lacks_a_label_stays_empty():
    columns = {"time": [0.5, 1.5, 2.5], "valence": [0.125, -1.0, 0.0], "arousal": [0.0] * 3}
    truth = {"valence_true": [None, 0.5, None], "arousal_true": [None] * 3}
    seen = Seen({"run": {**columns, **truth}}, {"face": [0, 1, 1]}, {})
    clip = json.loads(compact(seen, Scene(TARGETS)))
    assert clip["states"] == {"face": [[0, 1], [1, 2]]}
    assert clip["lines"]["truth"]["valence"] == [None, 50, None]
    assert clip["lines"]["run"]["valence"] == [12, -100, 0]
    assert (clip["start"], clip["step"]) == (0.5, 1.0)


def test_nobody_is_seen_or_quoted_unless_their_folder_is_named(_here):
    lay_people()
    for folders in ([], ["data/demo"], ["x"]):  # the media are at x.wav
        nobody = next(iter(clips(html(faces_of=folders, words_of=folders)).values()))
        assert (nobody["faces"], nobody["words"], nobody["lacking"]) == ([], [], "")
    quoted = next(iter(clips(html(words_of=["."])).values()))
    assert quoted["words"] == [[1.0, 2.0, "well"]] and quoted["faces"] == []
    seen = next(iter(clips(html(faces_of=["."])).values()))
    assert [time for time, _ in seen["faces"]] == [0.0, 1.0, 2.0, 3.0] and seen["words"] == []


def test_a_clone_without_faces_and_words_shows_the_rest_and_says_so(_here):
    shown = next(iter(clips(html(faces_of=["."], words_of=["."])).values()))
    assert "data/faces is not here" in shown["lacking"]
    assert "data/transcripts is not here" in shown["lacking"]
    assert shown["steps"] == T and shown["faces"] == shown["words"] == []


def test_the_same_page_is_the_same_bytes(_here):
    lay_people()
    first = html(faces_of=["."], words_of=["."])
    assert html(faces_of=["."], words_of=["."]) == first


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
    page = html(runs=["both"], clips=0)
    assert "better than" not in page and "resamples" not in page
    assert clips(page) == {} and "No clip was asked for" in page


@pytest.fixture
def _empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_single_target_stands_without_a_mean_in_its_own_range(_empty):
    results.SENTIMENT.lay()
    page = html(runs=["gated"])
    tables = headers(page)
    assert tables[0] == ["run", "sentiment", "better than words", "in resamples"]
    assert "CCC in sentiment of the same weights with a stream taken away" in page
    drawn = figures(page)
    assert list(drawn)[:2] == ["sentiment", "voice dropped"]
    assert {trace["meta"] for trace in drawn["words frozen"]["data"]} == {"sentiment"}
    assert re.findall(r'name="target" value="(\w+)"( checked)?', page) == [
        ("sentiment", " checked")
    ]
    about = setting(page)
    assert about["targets"] == [{"name": "sentiment", "low": -3, "high": 3, "digits": 2}]
    assert about["plane"] is None and '<div class="plane">' not in page
    assert "valence" not in re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)


def test_each_of_three_targets_has_its_column_its_chart_and_its_range(_empty):
    results.THREE.lay()
    page = html(runs=["four", "voice"])
    three = ["valence", "arousal", "dominance"]
    assert headers(page)[0][1:5] == [*three, "mean"]
    assert "mean of valence, arousal and dominance, of the same weights" in page
    assert list(figures(page))[:4] == [*three, "mean"]
    assert re.findall(r'value="(\w+)" checked', page) == ["mean"]
    about = setting(page)
    assert [(t["low"], t["high"], t["digits"]) for t in about["targets"]] == [
        (-1, 1, 2),
        (0, 1, 3),
        (1, 5, 2),
    ]
    assert about["plane"] == ["valence", "arousal"]
    shown = clips(page)["d (subject d)"]
    with results.predictions("four", "d").open() as file:
        first = next(csv.DictReader(file))
    lines = shown["lines"]
    assert lines["four"]["arousal"][0] == round(1000 * float(first["arousal"]))
    assert lines["truth"]["dominance"][0] == round(100 * float(first["dominance_true"]))


def test_several_streams_of_a_kind_each_have_their_states_charts_and_features(_empty):
    results.THREE.lay()
    page = html(runs=["four"])
    streams = ["face", "face_coarse", "voice", "action_units"]
    assert list(clips(page)["d (subject d)"]["states"]) == streams
    assert {f"{s} dropped" for s in streams} < figures(page).keys()
    assert ["run", "with all", *(f"without {s}" for s in streams)] in headers(page)
    assert headers(page)[-1] == ["stream", "kind", "extractor", "digest"]


def test_a_plane_of_targets_that_no_run_has_is_not_drawn():
    assert Scene({"V": (1.0, 5.0)}, ("valence", "arousal")).setting()["plane"] is None
    assert Scene(TARGETS, ("arousal", "valence")).setting()["plane"] == ("arousal", "valence")


@pytest.mark.parametrize(
    ("low", "high", "digits"), [(-1, 1, 2), (0, 1, 3), (0, 100, 1), (-1000, 1000, 0), (0, 0.01, 5)]
)
def test_numbers_are_as_fine_as_two_hundred_steps_of_the_range(low, high, digits):
    assert Scene({"x": (low, high)}).digits == {"x": digits}


def test_names_in_a_sentence():
    assert [listed(list(names)) for names in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]


def test_without_a_run_of_several_streams_there_are_no_curves():
    assert failing([], {}, ["sentiment"]) == "<p>No run of several streams was tried.</p>"


def test_a_feature_is_named_with_its_kind():
    table = features({"a&b": {"kind": "signals", "extractor": "table", "digest": "0f"}})
    assert "<td>a&amp;b</td><td>signals</td><td>table</td><td><code>0f</code></td>" in table


def test_without_scores_it_says_what_to_run(_here):
    (evaluate.EVALUATE / "metrics.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"no run was evaluated; run `dvc repro evaluate`"):
        html()


def test_open_shows_the_page_there_is_and_makes_none(_here):
    env = {**os.environ, "PYTHONPATH": str(ROOT), "BROWSER": "echo %s"}
    command = [sys.executable, "-m", "stages.report", "--open"]
    none = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert none.returncode == 1 and "run `dvc repro report` first" in none.stderr
    html()
    written = REPORT.stat().st_mtime_ns
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == REPORT.resolve().as_uri()
    assert REPORT.stat().st_mtime_ns == written


def test_every_picture_of_dvc_has_its_template():
    pictures = YAML(typ="safe").load(ROOT / "dvc.yaml")["plots"]
    named = {spec["template"] for picture in pictures for spec in picture.values()}
    ours = {
        file.stem: json.loads(file.read_text()) for file in (ROOT / ".dvc/plots").glob("*.json")
    }
    assert set(ours) < named <= {*ours, *(template.DEFAULT_NAME for template in TEMPLATES)}
    assert all("<DVC_METRIC_DATA>" in json.dumps(template) for template in ours.values())


def test_a_single_seed_has_no_deviation(_here):
    assert "standard deviation over 2 seeds" in html() and "±" in html()
    for folder in TRAIN.glob("*/2"):
        shutil.rmtree(folder)
    chosen = params(runs={**RUNS, **GATED}, seeds=[1])
    write_params(chosen)
    evaluate.run(evaluate.Params(**EVALUATION))
    assert "of one seed" in html() and "±" not in html()


def test_a_run_that_does_not_exist_is_answered_with_the_nearest(_here):
    with pytest.raises(LookupError, match=r"under report\.runs named 'bothh'.*'both'"):
        html(runs=["bothh"])


def test_the_table_of_scores_by_hand():
    score = {"ccc": 0.5, "ccc_std": 0.01, "ccc_low": 0.4, "ccc_high": 0.6}
    less = {"ccc": 0.25, "ccc_std": 0.02}
    once = {"ccc": 0.125, "ccc_std": 0.0}
    mean = {"difference": -0.25, "low": -0.3, "high": -0.1, "above_zero": 0.04}
    runs: dict[str, Any] = {
        "worse": {t: less for t in ("valence", "arousal", "mean")},
        "plain": {t: score for t in ("valence", "arousal", "mean")},
        "one seed": {t: once for t in ("valence", "arousal", "mean")},
    }
    runs["worse"] = {**runs["worse"], "against": {"plain": {"mean": mean}}}
    metrics = {"runs": runs, "baseline": "plain", "targets": TARGETS}
    html = scores(metrics).replace("\N{MINUS SIGN}", "-")
    first, second, third = re.findall(r"<tr><td>(.*?)</tr>", html)
    assert first.startswith("plain</td><td>0.500 ± 0.010<small>0.400 to 0.600</small>")
    assert second.startswith("worse</td><td>0.250 ± 0.020</td>")
    assert third.startswith("one seed</td><td>0.125</td>")
    assert "<b>-0.250</b><small>-0.300 to -0.100</small></td><td>4 %" in second


def test_what_is_left_without_a_stream_by_hand():
    def head(mean: float, **without: float) -> dict[str, Any]:
        left = {m: {"valence": ccc + 0.1, "arousal": ccc - 0.1} for m, ccc in without.items()}
        return {"mean": {"ccc": mean}, **({"ccc_without": left} if left else {})}

    table = lacking({"one": head(0.9), "two": head(0.7, x=0.5, y=0.25), "three": head(0.8, x=0.5)})
    assert re.findall('<th scope="col">(.*?)</th>', table)[2:] == ["without x", "without y"]
    assert re.findall("<tr><td>(.*?)</td></tr>", table) == [
        "three</td><td>0.800</td><td>0.500</td><td>",
        "two</td><td>0.700</td><td>0.500</td><td>0.250",
    ]
    assert lacking({"one": head(0.9)}) == ""


def test_runs_that_differ_in_options_or_recipe_are_set_side_by_side():
    def about(head: str, epochs: int, **options: Any) -> dict[str, Any]:
        same = {"widths": {"x": 1}, "targets": TARGETS, "options": options}
        return {"head": head, "recipe": {"epochs": epochs, "lr": 0.1}, **same}

    runs = {
        "a": about("dca", 5, width=3),
        "a_gate_false": about("dca", 7, width=3, gate=False),
        "other": about("jca", 5, width=11),
    }
    score = {t: {"ccc": 0.5, "ccc_std": 0.0} for t in ("valence", "arousal", "mean")}
    table = variations(runs, dict.fromkeys(runs, score), list(score))
    assert re.findall("<h3>(.*?)</h3>", table) == ["dca, x"]
    assert re.findall('<th scope="col">(.*?)</th>', table)[:3] == ["run", "epochs", "gate"]
    assert re.findall("<tr><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>", table) == [
        ("a", "5", "as published"),
        ("a_gate_false", "7", "false"),
    ]


def test_no_name_ends_the_script_that_a_chart_is_in():
    chart = {"data": [{"name": "</script>"}], "layout": {"height": 10}}
    assert figures(charts({"a <b>": chart})) == {"a &lt;b&gt;": chart}
