"""Names and seeds of params.yaml are never read by a shell, whatever is in them: real DVC."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.project import Project

EVIL = "; touch x #"
NO_NAME = f"a stream cannot be called 'face{EVIL}' (visual in params.yaml): letters, digits"
NO_SEED = "train.seeds.0: Input should be a valid integer, unable to parse string as an integer "
NO_SEED += f"(got '1{EVIL}')"


def a_stream(p: Any) -> None:
    p["visual"][f"face{EVIL}"] = deepcopy(p["visual"]["face"])
    p["align"][f"face{EVIL}"] = deepcopy(p["align"]["face"])


def a_seed(p: Any) -> None:
    p["train"]["seeds"] = [f"1{EVIL}"]


def a_head(p: Any) -> None:
    p["train"]["heads"] = [f"concat{EVIL}"]


def a_head_with_runs(p: Any) -> None:
    a_head(p)
    p["train"]["runs"][f"concat{EVIL}"] = deepcopy(p["train"]["runs"]["concat"])


CASES = {
    "a stream": (a_stream, ["visual"], NO_NAME),
    "a stream alone": (a_stream, ["-s", f"visual@face{EVIL}"], NO_NAME),
    "a seed": (a_seed, ["train"], NO_SEED),
    "a seed alone": (a_seed, ["-s", "train@concat"], NO_SEED),
    "a head": (a_head, ["train"], f"no module in models/fusion (train.heads in params.yaml) named "
               f"'concat{EVIL}'"),
    "a head alone": (a_head, ["-s", "train"],
                     f"'train.runs.concat{EVIL}' are missing from 'params.yaml'"),
    "a head with runs alone": (a_head_with_runs, ["-s", f"train@concat{EVIL}"],
                               f"'train.concat{EVIL}' are missing from 'data/code.json'"),
}  # fmt: skip


@pytest.fixture(scope="module")
def project(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return finished.copy(tmp_path_factory.mktemp("shell") / "project")


@pytest.mark.parametrize(("edit", "targets", "message"), CASES.values(), ids=CASES)
def test_what_a_shell_would_run_is_refused_and_not_run(
    project: Project, edit: Callable[[Any], None], targets: list[str], message: str
):
    kept = (project.folder / "params.yaml").read_bytes()
    before = names(project.folder)
    project.edit(edit)
    said = project.run("dvc", "repro", *targets, fails=True)
    (project.folder / "params.yaml").write_bytes(kept)
    assert message in said and "Traceback" not in said
    assert names(project.folder) == before


def names(folder: Path) -> set[str]:
    """What lies in a folder; `x` is not among it."""
    found = {path.name for path in folder.iterdir()}
    assert "x" not in found
    return found
