from __future__ import annotations

import pytest

from models.nearest import known, unknown

THERE_ARE = ["frozen", "dropped"]


def test_what_there_is_and_the_nearest_are_named():
    message = "no kind named 'frosen'; there are: frozen, dropped. Did you mean 'frozen'?"
    assert unknown("kind", "frosen", THERE_ARE) == message


def test_without_a_near_name_there_is_no_hint():
    assert unknown("kind", "x", THERE_ARE) == "no kind named 'x'; there are: frozen, dropped."
    assert unknown("kind", "x", []) == "no kind named 'x'; there are: none."


def test_the_first_name_that_does_not_exist_is_refused():
    known("kind", ["dropped", "frozen"], iter(THERE_ARE))
    with pytest.raises(LookupError, match=r"no kind named 'dropt'.* Did you mean 'dropped'\?"):
        known("kind", ["frozen", "dropt", "frosen"], iter(THERE_ARE))
