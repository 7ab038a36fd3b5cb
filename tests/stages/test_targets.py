"""Targets are named in params.yaml, each with the range of its values."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from stages.code import misnamed
from stages.params import ParamsError
from stages.targets import TAKEN, misnamed_targets, plane, read_targets, targets
from tests.repo import PARAMS
from tests.stages.sections import choose


@pytest.fixture
def says(tmp_path, monkeypatch):
    """Put sections into params.yaml."""
    monkeypatch.chdir(tmp_path)
    return choose


def test_targets_come_in_the_order_of_params_each_with_its_range(says):
    says(targets={"dominance": [1, 7], "valence": [-1, 1], "stress": [0, 0.5]})
    assert list(targets().items()) == [
        ("dominance", (1.0, 7.0)),
        ("valence", (-1.0, 1.0)),
        ("stress", (0.0, 0.5)),
    ]


def test_a_list_of_names_has_the_range_from_minus_one_to_one(says):
    says(targets=["arousal", "joy-2"])
    assert list(targets().items()) == [("arousal", (-1.0, 1.0)), ("joy-2", (-1.0, 1.0))]


def test_one_target_is_enough():
    assert read_targets(["sentiment"]) == {"sentiment": (-1.0, 1.0)}


NAN, INFINITE = float("nan"), float("inf")
NONE = (
    *([1, -1], [0, 0], [0], [0, 1, 2], [], [0, INFINITE], [NAN, 1], ["low", "high"]),
    *(3, None, "01", {"low": 0, "high": 1}),
)


@pytest.mark.parametrize("values", NONE)
def test_a_range_that_is_none_is_refused_with_its_target(values):
    with pytest.raises(ParamsError, match=r"targets\.joy must be \[lowest, highest\], got"):
        read_targets({"valence": [-1, 1], "joy": values})


@pytest.mark.parametrize("section", [None, [], {}, "valence", 2])
def test_targets_that_name_none_are_told_what_they_must_be(section):
    with pytest.raises(
        ParamsError, match=r"targets must name one or more, \[valence, arousal\] or"
    ):
        read_targets(section)


def test_a_target_named_twice_is_refused():
    with pytest.raises(ParamsError, match="names one of them twice"):
        read_targets(["valence", "arousal", "valence"])


@pytest.mark.parametrize("name", [*TAKEN, "a.b", "a/b", "; touch x", "a b", "1", "", 7, None])
def test_a_name_that_columns_or_folders_cannot_have_is_refused(name: Any):
    with pytest.raises(ParamsError, match="a target cannot be called"):
        read_targets({name: [-1, 1]})
    with pytest.raises(ParamsError, match="a target cannot be called"):
        read_targets(["valence", name])


def test_names_that_other_columns_have_are_taken():
    assert {"mean", "time"} <= set(TAKEN)


def test_a_target_called_like_a_stream_is_named():
    (said,) = misnamed_targets({"face": [0, 1], "joy": [0, 1]}, ["voice", "face"])
    assert said == "a target cannot be called 'face': another column is; call it otherwise"
    assert said in misnamed({**PARAMS, "targets": ["face"]})


@pytest.mark.parametrize("other", ["joy_true", "face_state", "face_0", "against", "run", "epoch"])
def test_a_target_that_would_share_a_column_or_a_key_is_refused(other: str):
    assert [*misnamed_targets({"joy": [0, 1], other: [0, 1]}, ["voice", "face"])]
    assert not [*misnamed_targets({"joy": [0, 1], "face_of_it": [0, 1]}, ["voice", "face"])]


def test_what_is_wrong_about_targets_is_said_before_anything_is_made():
    (said,) = misnamed({**PARAMS, "targets": {"joy": [1, 0]}})
    assert said == "params.yaml: targets.joy must be [lowest, highest], got [1, 0]"


# ------------------------------------------------------------------ plane --

TWO = ["valence", "arousal"]


def test_a_plane_is_of_two_targets_in_its_own_order(says):
    says(targets=["dominance", *TWO], plane=["arousal", "valence"])
    assert plane() == ("arousal", "valence")


def test_there_need_not_be_a_plane(says, caplog):
    says(targets=TWO, plane=None)
    assert plane() is None and not caplog.records


def test_a_plane_of_a_name_that_is_no_target_is_none_and_a_warning_with_the_nearest(says, caplog):
    says(targets=["dominance", *TWO], plane=["arousel", "valence"])
    with caplog.at_level(logging.WARNING):
        assert plane() is None
    (record,) = caplog.records
    assert record.getMessage() == (
        "no 2-D picture is drawn: plane names 'arousel', which is no target; did you mean "
        "'arousal'?"
    )


@pytest.mark.parametrize(
    "named", [[*TWO, "dominance"], ["valence"], ["valence", "valence"], "valence", [], {"x": 1}]
)
def test_a_plane_of_anything_but_two_is_refused(says, named):
    says(targets=["dominance", *TWO], plane=named)
    with pytest.raises(ParamsError, match=r"plane must be two targets, or null, got"):
        plane()
