from __future__ import annotations

from collections.abc import Mapping

import pytest

from models.aligned import AlignedClip
from models.evaluation import curves
from models.evaluation.agreement import agreement, over_seeds
from models.evaluation.curves import curve
from models.evaluation.disturbance import Disturbances
from models.trained import Predictions, Trained
from tests.models.simple import TARGETS, clip, run

CLIPS = {
    name: clip([[0.1 * t, 0.2 * t - number] for t in range(length)])
    for number, (name, length) in enumerate({"a": 5, "b": 3, "c": 7, "d": 2}.items())
}


def points(seeds: list[Trained], kinds: list[str], shares: list[float]):
    disturbances = Disturbances(CLIPS, "visual", stretch=2, seed=1)
    return list(curve(seeds, CLIPS, TARGETS, disturbances, kinds, shares))


def test_every_share_of_every_kind_comes_in_its_order():
    found = points([run()], ["frozen", "dropped"], [0.5, 0])
    order = [("frozen", 0.5), ("frozen", 0), ("dropped", 0.5), ("dropped", 0)]
    assert [(kind, share) for kind, share, _ in found] == order


def test_at_share_zero_the_scores_are_those_of_the_clips():
    seeds = [run(1.0), run(0.5)]
    plain = over_seeds([agreement(trained.each_of(CLIPS), CLIPS, TARGETS) for trained in seeds])
    assert [scores for *_, scores in points(seeds, ["dropped", "noised"], [0])] == [plain] * 2


def test_at_share_one_what_the_modality_carried_is_lost_and_nothing_else():
    ((*_, scores),) = points([run()], ["dropped"], [1])
    assert scores["valence"]["ccc"] == pytest.approx(0)
    assert scores["arousal"]["ccc"] == pytest.approx(1)


def test_the_more_steps_are_disturbed_the_lower_the_score():
    """The prediction is right but at disturbed steps, where it is 0."""
    ccc = [s["valence"]["ccc"] for *_, s in points([run()], ["dropped"], [0, 0.3, 0.6, 1])]
    assert ccc == sorted(ccc, reverse=True) and len(set(ccc)) == 4


class Recorder(Trained):
    """A run that records which clips it is given at a time."""

    def together(self, clips: Mapping[str, AlignedClip]) -> Predictions:
        self.about["given"].append(list(clips))
        return super().together(clips)


def test_few_disturbed_clips_are_in_memory_at_once(monkeypatch):
    expected = points([run()], ["noised"], [0.5])
    monkeypatch.setattr(curves, "STEPS_IN_MEMORY", 8)
    plain = run(given=[])
    assert points([Recorder(plain.models, plain.about)], ["noised"], [0.5]) == expected
    assert plain.about["given"] == [["a"], ["b", "c"], ["d"]] * 2
