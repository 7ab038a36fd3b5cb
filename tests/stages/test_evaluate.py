"""Evaluation of runs trained on a grid of planted rows: audio carries arousal, text valence."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from features.fingerprint import file_sha256
from models.evaluation.published import PROTOCOLS
from stages.evaluate import stage as evaluate
from stages.paths import EVALUATE, TRAIN
from tests.stages.planted import T, lay_grid, params, records, write_params

PARAMS: dict[str, Any] = {"device": "cpu", "precision": "single"}
PARAMS |= {"split": "test", "threads": 1, "baselines": ["single", "concat"], "compare": []}
PARAMS |= {"variants": [], "bootstrap": {"resamples": 101, "seed": 1, "level": 0.9}}
WEIGHTS = "concat/1/both/weights.safetensors"


def score(**changes: Any) -> dict[str, Any]:
    evaluate.run(evaluate.Params(**{**PARAMS, **changes}))
    return json.loads((EVALUATE / "metrics.json").read_text())


def read(path: str) -> list[dict[str, str]]:
    with (EVALUATE / path).open() as file:
        return list(csv.DictReader(file))


def seal(folder: Path) -> None:
    """Say of whatever weights lie there that they are those that were trained."""
    about = json.loads((folder / "run.json").read_text())
    about["weights_sha256"] = file_sha256(folder / "weights.safetensors")
    (folder / "run.json").write_text(json.dumps(about))


def test_what_is_planted_is_found_and_what_is_missing_is_missed(trained_project):
    runs = score()["runs"]
    assert runs["both"]["valence"]["ccc"] > 0.7 and runs["both"]["arousal"]["ccc"] > 0.7
    assert runs["text"]["valence"]["ccc"] > 0.7 > runs["text"]["arousal"]["ccc"]
    without = runs["both"]["ccc_without"]
    assert without["audio"]["arousal"] < runs["both"]["arousal"]["ccc"] - 0.3
    assert without["text"]["valence"] < runs["both"]["valence"]["ccc"] - 0.3


def test_predictions_lie_beside_the_truth_at_their_times(trained_project):
    score()
    rows = read("predictions/both/d.csv")
    assert [float(r["time"]) for r in rows] == pytest.approx(((np.arange(T) + 0.5) / 10).tolist())
    truth = records(3, "d")["grid"].columns["labels"]
    assert [float(r["arousal_true"]) for r in rows] == pytest.approx(truth[:, 1].tolist(), abs=1e-6)


def test_a_score_lies_within_its_interval(trained_project):
    metrics = score()
    for scores in metrics["runs"].values():
        for target in ("valence", "arousal", "mean"):
            one = scores[target]
            assert one["ccc_low"] <= one["ccc"] <= one["ccc_high"]
    assert metrics["bootstrap"] == {"resamples": 101, "seed": 1, "level": 0.9, "used": 101}


def test_runs_are_compared_with_the_baseline_that_validates_best(trained_project):
    """Whatever the test split says: here the validation CCC of both runs is planted."""
    for name, reached in (("single/{}/text", 0.9), ("concat/{}/both", 0.1)):
        for seed in (1, 2):
            file = TRAIN / name.format(seed) / "run.json"
            about = json.loads(file.read_text())
            about["validation"] |= {"valence": reached, "arousal": reached}
            file.write_text(json.dumps(about))
    metrics = score(compare=[("gated", "both")])
    runs = metrics["runs"]
    assert metrics["baseline"] == "text"
    assert {name: set(s.get("against", {})) for name, s in runs.items()} == {
        "text": set(),
        "both": {"text"},
        "gated": {"text", "both"},
        "apart": {"text"},
    }
    arousal = runs["both"]["against"]["text"]["arousal"]
    gap = runs["both"]["arousal"]["ccc"] - runs["text"]["arousal"]["ccc"]
    assert arousal["difference"] == pytest.approx(gap, abs=1e-6)
    assert 0.1 < arousal["low"] <= arousal["difference"] <= arousal["high"]
    assert arousal["above_zero"] == 1


def test_without_a_plain_head_there_is_no_baseline(trained_project):
    metrics = score(baselines=["jmt"])
    assert metrics["baseline"] is None
    assert not any("against" in scores for scores in metrics["runs"].values())


def test_papers_own_scores_are_off_by_default_and_stand_beside_the_official_one(trained_project):
    plain = score()["runs"]["text"]
    assert set(plain["valence"]) == {"ccc", "pearson", "rmse", "ccc_std", "ccc_low", "ccc_high"}
    asked = score(variants=list(PROTOCOLS))["runs"]["text"]
    assert set(asked["valence"]) - set(plain["valence"]) == set(PROTOCOLS)
    assert asked["valence"]["ccc"] == plain["valence"]["ccc"]
    assert asked["valence"]["ccc_sample_variance"] == pytest.approx(
        plain["valence"]["ccc"] * (1 - 1 / (2 * T)), abs=0.01
    )


def test_gate_weights_of_gated_heads_alone_are_kept(trained_project):
    score()
    assert [f.name for f in sorted((EVALUATE / "gates").iterdir())] == ["apart", "gated"]
    rows = read("gates/gated/e.csv")
    columns = [f"{m}_{n}" for m in ("audio", "text") for n in range(3)]
    assert list(rows[0]) == ["time", *columns] and len(rows) == T
    assert sum(float(rows[7][c]) for c in columns[:3]) == pytest.approx(1, abs=1e-5)
    apart = read("gates/apart/e.csv")[0]
    assert list(apart) == ["time", *(f"{t}:{c}" for t in ("valence", "arousal") for c in columns)]


def test_the_scores_are_laid_out_for_plots_a_row_per_run(trained_project):
    runs = score()["runs"]
    rows = read("plots/ccc.csv")
    assert [row["run"] for row in rows] == list(runs)
    for row in rows:
        for target in ("valence", "arousal", "mean"):
            assert float(row[target]) == runs[row["run"]][target]["ccc"]


def test_each_run_is_one_number_for_dvc_to_compare(trained_project):
    runs = score()["runs"]
    numbers = json.loads((EVALUATE / "ccc.json").read_text())
    assert numbers == {name: scores["mean"]["ccc"] for name, scores in runs.items()}


def test_the_history_of_every_model_is_gathered(trained_project):
    """Heads with gates have columns that others leave empty, models of one target too."""
    score()
    rows = read("plots/history.csv")
    assert {r["trained"] for r in rows if r["run"] == "apart"} == {
        f"grjca-{seed}/{target}" for seed in (1, 2) for target in ("valence", "arousal")
    }
    assert all((r["gate_audio"] != "") == (r["run"] in ("gated", "apart")) for r in rows)
    assert all((r["val_ccc_valence"] == "") == ("arousal" in r["trained"]) for r in rows)


def test_one_labelled_clip_is_scored_without_an_interval(trained_project):
    metrics = score(split="val")
    assert metrics["bootstrap"]["used"] == 0
    both = metrics["runs"]["both"]
    assert "ccc_low" not in both["mean"]
    against = metrics["runs"]["text"]["against"]["both"]["mean"]
    assert list(against) == ["difference"]


def test_evaluation_that_fails_leaves_the_last_one_in_place(trained_project):
    before = score()
    (TRAIN / WEIGHTS).write_bytes(b"damaged")
    with pytest.raises(
        ValueError, match=r"both/weights.safetensors does not hold the .*dvc checkout"
    ):
        score()
    assert json.loads((EVALUATE / "metrics.json").read_text()) == before


def test_a_second_evaluation_writes_the_same_bytes(trained_project):
    def files() -> dict[Path, bytes]:
        score()
        return {p: p.read_bytes() for p in sorted(EVALUATE.rglob("*.*"))}

    assert files() == files()


class TestBadInput:
    def test_a_split_without_labels(self, trained_project):
        lay_grid(unlabelled="test")
        with pytest.raises(ValueError, match="test split has no valid label of valence in 2 clips"):
            score()

    def test_constant_labels(self, trained_project):
        lay_grid(constant="test")
        with pytest.raises(ValueError, match=r"test split's valence is 0\.25 in all 160"):
            score()

    def test_a_head_that_answers_with_nothing(self, trained_project):
        weights = load_file(TRAIN / WEIGHTS)
        lost = {k: v * torch.nan if v.is_floating_point() else v for k, v in weights.items()}
        save_file(lost, TRAIN / WEIGHTS)
        seal(TRAIN / "concat/1/both")
        with pytest.raises(
            FloatingPointError, match="both, seed 1: 160 of 160 predictions for clip 'd' are not"
        ):
            score()

    @pytest.mark.parametrize(
        "changes, message",
        [
            ({"compare": [("gated", "bothh")]}, "under evaluate.compare named 'bothh'.*'both'"),
            ({"baselines": ["concatt"]}, "under evaluate.baselines named 'concatt'.*'concat'"),
            ({"variants": ["ccc_jca"]}, "under evaluate.variants named 'ccc_jca'.*'ccc_jca22'"),
        ],
    )
    def test_a_name_that_does_not_exist(self, trained_project, changes, message):
        with pytest.raises(LookupError, match=message):
            score(**changes)

    def test_a_seed_that_was_not_trained(self, trained_project):
        write_params(params(seeds=[1, 2, 3]))
        with pytest.raises(FileNotFoundError, match="no trained run in data/train/single/3"):
            score()
