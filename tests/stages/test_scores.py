from __future__ import annotations

from stages.evaluate.scores import lines

TARGETS = ("valence", "arousal", "mean")
BOTH = {"valence": [-1, 1], "arousal": [-1, 1]}


def test_the_best_run_comes_first_and_is_set_against_the_baseline():
    score = {"ccc": 0.5, "ccc_std": 0.01, "ccc_low": 0.4, "ccc_high": 0.6}
    worse = {"ccc": -0.25, "ccc_std": 0.02}
    mean = {"difference": -0.75, "low": -0.9, "high": -0.1, "above_zero": 0.0}
    runs = {
        "worse": {**dict.fromkeys(TARGETS, worse), "against": {"plain": {"mean": mean}}},
        "plain": dict.fromkeys(TARGETS, score),
    }
    metrics = {"runs": runs, "baseline": "plain", "bootstrap": {"level": 0.9}, "targets": BOTH}
    title, first, second = lines(metrics)
    assert title.split("  ")[-1] == "better than plain" and "90 % of mean" in title
    assert first == "plain   0.500 ± 0.010   0.500 ± 0.010   0.500 ± 0.010  [0.400, 0.600]"
    assert second.startswith("worse  -0.250 ± 0.020")
    assert second.endswith("-0.750 [-0.900, -0.100]")


def test_without_baseline_and_intervals_there_are_scores():
    score = {"ccc": 0.5, "ccc_std": 0.01}
    runs = {"only": dict.fromkeys(TARGETS, score)}
    title, row = lines(
        {"runs": runs, "baseline": None, "bootstrap": {"level": 0.95}, "targets": BOTH}
    )
    assert "better" not in title
    assert row == "only   0.500 ± 0.010   0.500 ± 0.010   0.500 ± 0.010"


def test_one_target_alone_has_no_mean_beside_it():
    score = {"ccc": 0.5, "ccc_std": 0.01}
    runs = {"only": dict.fromkeys(("sentiment", "mean"), score)}
    metrics = {"runs": runs, "baseline": None, "bootstrap": {"level": 0.95}}
    title, row = lines({**metrics, "targets": {"sentiment": [-3, 3]}})
    assert title.split()[:2] == ["CCC", "sentiment"] and row == "only   0.500 ± 0.010"
