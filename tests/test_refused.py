"""What is refused before anything is lost: names, modules, and runs whose head has changed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.edits import added, changed
from tests.project import Project


@pytest.mark.parametrize("target", [(), ("--single-item", "ingest")], ids=["whole", "alone"])
def test_a_mistyped_adapter_takes_nothing_away(finished: Project, tmp_path: Path, target):
    broken = finished.copy(tmp_path / "project")
    before = broken.files("data/ingest")
    broken.edit(lambda p: p["ingest"].update(corpus="foldr"))
    told = broken.run("dvc", "repro", *target, fails=True)
    assert (
        "ingest.foldr" in told if target else "named 'foldr'; there are: affwild2, folder" in told
    )
    assert target or "Did you mean 'folder'?" in told
    assert broken.files("data/ingest") == before and (broken.folder / "data/code.json").is_file()
    assert "Did you mean 'folder'?" in broken.run("python", "-m", "stages.ingest", fails=True)


def test_a_name_without_a_file_is_refused_before_anything_is_made(
    finished: Project, tmp_path: Path
):
    broken = finished.copy(tmp_path / "project")
    before = broken.files()
    broken.edit(lambda p: p["audio"]["voice"].update(extractor="logmell"))
    broken.edit(lambda p: p["train"].update(heads=["single", "grjcaa"]))
    told = broken.run("dvc", "repro", "align", fails=True)
    assert "named 'logmell'" in told and "Did you mean 'logmel'?" in told
    assert "named 'grjcaa'" in told and "Traceback" not in told
    assert broken.files() == before


def test_a_module_that_does_not_parse_is_named_with_its_line(finished: Project, tmp_path: Path):
    broken = finished.copy(tmp_path / "project")
    before = broken.files()
    added("features/audio/logmel.py", "def (")(broken.folder)
    told = broken.run("dvc", "repro", fails=True)
    assert re.search(r"code: features/audio/logmel.py, line \d+, is not Python: ", told)
    assert "Traceback" not in told and broken.files() == before


def test_without_its_digests_code_is_read_again_and_nothing_else_runs(
    finished: Project, tmp_path: Path
):
    broken = finished.copy(tmp_path / "project")
    (broken.folder / "data/code.json").unlink()
    assert broken.repro() <= {"code"}
    assert (broken.folder / "data/code.json").is_file()


@pytest.fixture(scope="module")
def broken(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A finished project whose heads' code is another now."""
    made = finished.copy(tmp_path_factory.mktemp("broken") / "project")
    halved = (
        "return values.unflatten(0, x.shape[:2])",
        "return 0.5 * values.unflatten(0, x.shape[:2])",
    )
    changed("models/regressors.py", *halved)(made.folder)
    return made


class TestARunWhoseHeadHasChanged:
    """Nothing predicts with weights that were trained with other code, or with other weights."""

    @pytest.mark.parametrize("stage", ["evaluate", "robustness"])
    def test_is_not_scored(self, broken: Project, stage: str):
        told = broken.run("python", "-m", f"stages.{stage}", fails=True)
        assert "models/regressors.py" in told and "Traceback" not in told

    def test_predicts_nothing_unless_forced(self, broken: Project):
        clip = str(min((broken.folder / "data/demo/media").iterdir()).relative_to(broken.folder))
        command = ("python", "-m", "flows.predict", clip, "--run", "grjca")
        told = broken.run(*command, fails=True)
        assert "models/regressors.py was another" in told and "Traceback" not in told
        assert not (broken.folder / "predictions").exists()
        broken.run(*command, "--force")
        (document,) = (broken.folder / "predictions").glob("*.json")
        assert "models/regressors.py" in document.read_text()
