"""A stage that is run for each stream or head knows for which one, or asks."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import pytest

from stages import command
from stages.params import Section
from tests.stages.sections import choose

VISUAL = {"face": {"cells": 2}, "edges": {"cells": 4}}


class Params(Section):
    cells: int


class Heads(Section):
    heads: list[str]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder with streams and heads, outside DVC."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_STAGE", raising=False)
    choose(visual=VISUAL, train={"heads": ["jca", "grjca"]})


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    """What a stage was run with, or the last that it said before it ended with status 1."""

    def run(name: str, *given: str, dvc: str | None = None) -> Any:
        seen: list[Any] = []
        monkeypatch.setattr(sys, "argv", ["python", *given])
        if dvc is not None:
            monkeypatch.setenv("DVC_STAGE", dvc)
        argument, schema = ("head", Heads) if name == "train" else ("stream", Params)
        try:
            with caplog.at_level(logging.INFO):
                command.main(name, schema, lambda *all: seen.extend(all), argument)  # pyright: ignore
        except SystemExit as end:
            assert end.code == 1 and not seen
            return caplog.messages[-1]
        section, of = seen
        return of if name == "train" else (of, section.cells)

    return run


def test_the_command_line_names_it(told):
    assert told("visual", "edges") == ("edges", 4)
    assert told("train", "jca") == "jca"


@pytest.mark.parametrize("file", ["", "dvc.yaml:", "../dvc.yaml:", "a@b/dvc.yaml:"])
def test_dvc_names_it_wherever_it_is_called_from(told, file):
    assert told("visual", dvc=f"{file}visual@edges") == ("edges", 4)
    assert told("train", dvc=f"{file}train@grjca") == "grjca"


def test_the_command_line_comes_before_dvc(told):
    assert told("visual", "face", dvc="visual@edges") == ("face", 2)


@pytest.mark.parametrize(
    "dvc", [None, "", "visual", "visual@", "audio@face", "xvisual@face", "x@visual@face"]
)
def test_without_either_it_says_what_there_is_and_how_to_name_one(told, dvc):
    assert told("visual", dvc=dvc) == (
        "which stream? There are: face, edges. Name one, `python -m stages.visual face`, or let "
        "DVC do so, `dvc repro visual@face`"
    )
    assert told("train", dvc=dvc).startswith("which head? There are: jca, grjca. Name one, `python")


@pytest.mark.parametrize("section", [None, [], {}, 7])
def test_where_there_is_none_that_is_said(told, section):
    choose(visual=section)
    assert told("visual").startswith("which stream? There are: none. Name one, ")


@pytest.mark.parametrize(
    "name", ["a; touch x #", "../a", "face.cells", "", "%(x)d", "a\nb", "$(x)"]
)
@pytest.mark.parametrize("by_dvc", [True, False])
def test_a_stream_that_cannot_be_called_so_is_refused(told, name, by_dvc):
    choose(visual={**VISUAL, name: {"cells": 2}})
    said = told("visual", dvc=f"visual@{name}") if by_dvc else told("visual", name)
    expected = (
        "which stream?" if by_dvc and not name else f"a stream cannot be called {name!r} (vis"
    )
    assert said.startswith(expected)


def test_a_stream_that_is_not_there_is_answered_with_the_nearest(told):
    assert "no section 'visual.egdes'" in told("visual", "egdes")
    assert "did you mean 'edges'?" in told("visual", dvc="visual@egdes")
