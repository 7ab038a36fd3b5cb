"""Failing modalities of runs trained on a grid of planted rows."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from stages.evaluate import stage as evaluate
from stages.paths import CURVES, METRICS
from stages.robustness import stage as robustness
from tests.stages.planted import lay_grid
from tests.stages.test_evaluate import PARAMS as EVALUATION

PARAMS = {"split": "test", "runs": [], "kinds": ["dropped", "frozen", "noised"], "seed": 1}
PARAMS |= {"shares": [0, 0.5, 0.9], "stretch_s": 0.7}
PARAMS |= {"device": "cpu", "precision": "single", "threads": 1}


def curves(**changes: Any) -> dict[tuple[str, ...], float]:
    """{(run, modality, kind, share, target): CCC}."""
    robustness.run(robustness.Params(**{**PARAMS, **changes}))
    with CURVES.open() as file:
        rows = list(csv.DictReader(file))
    return {
        (r["run"], r["modality"], r["kind"], r["share"], r["target"]): float(r["ccc"]) for r in rows
    }


@pytest.fixture(autouse=True)
def _here(trained_project) -> None:
    pass


def test_what_a_modality_carries_is_lost_with_it():
    ccc = curves(runs=["both"])
    assert len(ccc) == 2 * 3 * 3 * 3
    for kind in ("dropped", "frozen", "noised"):
        arousal = [ccc["both", "audio", kind, share, "arousal"] for share in ("0.0", "0.5", "0.9")]
        assert arousal[0] > arousal[1] + 0.1 > arousal[2] + 0.2
        valence = [ccc["both", "audio", kind, share, "valence"] for share in ("0.0", "0.9")]
        assert valence[1] > arousal[2] + 0.3


def test_when_nothing_fails_the_scores_are_those_of_evaluate():
    ccc = curves(shares=[0])
    evaluate.run(evaluate.Params(**EVALUATION))
    runs = json.loads(METRICS.read_text())["runs"]
    for (run, *_, target), value in ccc.items():
        assert value == pytest.approx(runs[run][target]["ccc"], abs=2e-6)


def test_every_run_of_several_modalities_is_tried_unless_some_are_named():
    assert {run for run, *_ in curves(kinds=["dropped"])} == {"both", "gated", "apart"}
    named = curves(kinds=["dropped"], runs=["text"])
    assert {(run, modality) for run, modality, *_ in named} == {("text", "text")}


def test_a_second_run_writes_the_same_bytes_and_another_seed_others():
    before = CURVES.read_bytes() if curves() else b""
    curves()
    assert CURVES.read_bytes() == before
    curves(seed=2)
    assert CURVES.read_bytes() != before


def test_what_does_not_exist_is_answered_with_the_nearest():
    with pytest.raises(LookupError, match=r"under robustness\.runs named 'bothh'.*'both'"):
        curves(runs=["bothh"])
    with pytest.raises(LookupError, match=r"under robustness\.kinds named 'frosen'.*'frozen'"):
        curves(kinds=["frosen"])


def test_a_split_without_labels_is_named():
    lay_grid(unlabelled="test")
    with pytest.raises(ValueError, match="test split has no valid label of valence in 2 clips"):
        curves()
