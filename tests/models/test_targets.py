from __future__ import annotations

from models.targets import measured, shown


def test_the_mean_is_always_scored():
    assert measured({"valence": (-1, 1), "arousal": (0, 1)}) == ("valence", "arousal", "mean")
    assert measured(["sentiment"]) == ("sentiment", "mean")


def test_the_mean_of_one_target_is_not_shown():
    assert shown(["valence", "arousal"]) == ("valence", "arousal", "mean")
    assert shown(iter(["sentiment"])) == ("sentiment",)
