"""Whoever mistypes a name is told what there is, and which name was probably meant."""

from __future__ import annotations

import pytest

from features.nearest import MAX_HINTS, closest, nearest, nearest_of_each, unknown

HEADS = ["concat", "grjca", "jca"]


@pytest.mark.parametrize(
    "got, near",
    [("jac", "jca"), ("grja", "grjca"), ("concat", "concat"), ("zzz", None), ("", None)],
)
def test_the_closest_name_is_the_one_that_differs_least(got, near):
    assert closest(got, HEADS) == near


def test_how_close_a_name_must_be_can_be_said():
    assert closest("vl", ["train", "val"], cutoff=0.9) is None
    assert closest("vl", ["train", "val"], cutoff=0.3) == "val"
    assert closest("val", []) is None


def test_a_hint_is_appended_or_nothing():
    assert nearest("vall", ["train", "val"]) == ", nearest: 'val'"
    assert nearest("x", ["train", "val"]) == ""
    assert nearest("vl", ["val"], cutoff=0.9) == ""


def test_an_unknown_name_is_answered_with_those_there_are_and_the_nearest():
    said = unknown("head", "jac", iter(HEADS))
    assert said == "no head named 'jac'; there are: concat, grjca, jca. Did you mean 'jca'?"
    assert unknown("head", "zzz", HEADS) == "no head named 'zzz'; there are: concat, grjca, jca."


def test_of_many_names_the_first_few_get_a_hint_and_none_is_left_out():
    names = [f"clip{i:03}" for i in range(MAX_HINTS + 7)]
    found = list(nearest_of_each(names, {"clip"}))
    assert [name for name, _ in found] == names
    assert [hint for _, hint in found] == [", nearest: 'clip'"] * MAX_HINTS + [""] * 7
    assert list(nearest_of_each([], {"clip"})) == []
