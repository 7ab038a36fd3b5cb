"""The whole graph under DVC, on real (encoded, decoded) media of a tiny drawn corpus."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.edits import ALIGNED
from tests.project import Project
from tests.repo import MEDIA

AFTER_TRAIN = {"evaluate", "robustness", "report"}
ALL_TRAINED = {f"train@{head}" for head in ("single", "concat", "grjca")}


@pytest.fixture(scope="module")
def project(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A finished run. Tests that change something change it back."""
    return finished.copy(tmp_path_factory.mktemp("graph") / "project")


def test_every_stage_ran(finished: Project):
    features = {"code", "demo", "ingest", "faces", "visual@face", "audio@voice", "transcripts"}
    features |= {"text@words", "grid", *ALIGNED, "sync", "audit"}
    assert finished.ran == features | ALL_TRAINED | AFTER_TRAIN


def test_a_finished_run_leaves_nothing_stale_and_runs_nothing_again(project: Project):
    assert project.stale() == {}
    assert project.repro() == set()


def test_every_head_is_scored_on_both_dimensions(project: Project):
    metrics = json.loads((project.folder / "data/evaluate/metrics.json").read_text())
    assert set(metrics["runs"]) == {"visual", "audio", "text", "concat", "grjca_av", "grjca"}
    for scores in metrics["runs"].values():
        assert -1 <= scores["valence"]["ccc"] <= 1 and -1 <= scores["arousal"]["ccc"] <= 1
    assert set(metrics["features"]) == {"face", "voice", "words"}


def test_the_report_is_one_page_that_says_what_its_numbers_are(project: Project):
    page = (project.folder / "data/report/index.html").read_text()
    assert "synthetic corpus" in page
    assert 'src="http' not in page and "grjca" in page


def test_deleting_the_data_loses_nothing(project: Project):
    before, code = project.files(), project.folder / "data/code.json"
    shutil.rmtree(project.folder / "data")
    project.run("dvc", "checkout")
    assert project.files() | {"code.json": before["code.json"]} == before
    code.write_bytes(before["code.json"])  # which git has


def test_another_text_window_runs_text_and_what_reads_it(project: Project):
    project.edit(lambda p: p["text"]["words"]["options"].update(words=3))
    ran = project.repro()
    assert ran == {"code", "text@words", "align@words", "audit", *ALL_TRAINED, *AFTER_TRAIN}
    assert trained(project.said) == {"text", "concat", "grjca"}, "the others read no words"
    project.edit(lambda p: p["text"]["words"]["options"].update(words=5))
    assert project.repro() <= {"code"}, "the run cache knows the former results"


def trained(said: str) -> set[str]:
    """The runs that were trained, and not taken from the store."""
    return set(re.findall(r"^train: (\w+), seed \d+: made$", said, re.MULTILINE))


def test_a_corpus_that_breaks_a_limit_is_not_trained_on(project: Project):
    project.edit(lambda p: p["audit"]["min_coverage"].update(visual=1.0))
    said = project.run("dvc", "repro", "train@concat", fails=True)
    assert "share of train with face" in said and "Running stage 'train" not in said
    left = project.files("data/audit")
    assert b"Limits broken: 3" in left["index.html"] and "passed.json" not in left
    project.edit(lambda p: p["audit"]["min_coverage"].update(visual=0.2))
    assert project.repro("audit") == set()
    assert left.keys() | {"passed.json"} == project.files("data/audit").keys()


def test_another_option_of_one_head_trains_that_head_alone(project: Project):
    def temperature(value: float | None):
        def change(params):
            options = dict(params["train"]["runs"]["grjca"]["grjca"]["options"])
            options = {k: v for k, v in options.items() if k != "temperature"}
            options |= {"temperature": value} if value else {}
            params["train"]["runs"]["grjca"]["grjca"] = {
                "modalities": ["face", "voice", "words"],
                "options": options,
            }

        return change

    project.edit(temperature(0.2))
    assert project.repro() == {"code", "train@grjca", *AFTER_TRAIN}
    assert trained(project.said) == {"grjca"}, "its other run is the same"
    project.edit(temperature(None))
    project.repro()


def test_another_folder_makes_the_same_bytes(project: Project, tmp_path: Path):
    """Also with another number of processes, and with those that users start: neither place nor
    WORKERS nor what the other tests start stages with (tests.warm) decides a byte."""
    other = Project(tmp_path / "other")
    other.warm = False
    other.run("env", "WORKERS=1", "dvc", "repro")
    ours, theirs = project.files(), other.files()
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []


@pytest.mark.skipif(not MEDIA.is_dir(), reason="no real clips beside this checkout")
def test_a_folder_of_ones_own_media_goes_through_to_the_grid(project: Project, tmp_path: Path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for file in MEDIA.iterdir():
        (corpus / file.name).symlink_to(file)
    (corpus / "empty.mp4").touch()
    (corpus / "text.mp4").write_text("this is not a video")
    whole = (MEDIA / "smile_mp3audio.mp4").read_bytes()
    (corpus / "cut.mp4").write_bytes(whole[: len(whole) // 4])
    own = Project(tmp_path / "own", lambda p: p["ingest"]["options"].update(path=str(corpus)))
    assert "rejected" in own.run("dvc", "repro", "align")
    lines = (own.folder / "data/ingest/rejected.jsonl").read_text().splitlines()
    reasons = {row["clip"]: row["reason"] for row in map(json.loads, lines)}
    assert reasons.keys() == {"empty", "text", "cut"}
    assert "empty file" in reasons["empty"] and "not readable as media" in reasons["text"]
    shown = own.run("python", "-c", COVERAGE)
    coverage = json.loads(shown)
    assert coverage["talker_cfr"] >= 0.95 and coverage["no_face"] == 0


COVERAGE = """
import json
from features.shards import Shards
faces = Shards("data/faces")
share = {c: float((faces[c].columns["state"][:] == 0).mean()) for c in faces if len(faces[c])}
print(json.dumps(share))
"""


class TestBadInput:
    """One clear line that names the thing and the nearest right answer; nothing half-written."""

    @pytest.mark.parametrize(
        "text, message",
        [
            ("visual: {face: {extractr: hog, options: {}, shards: 4}}", "did you mean 'extractor'"),
            ("visual: {face: {extractor: hog, options: {}, shards: many}}", "visual.face.shards"),
            ("visual: {face: {extractor: hog, options: {}}}", "visual.face.shards is missing"),
            ("visual: {fcae: {}}", "no section 'visual.face'; it has: visual.fcae; did you mean"),
            ("audio: {}", "no section 'visual'; it has: audio"),
            (
                "visual: {face: {reads: x, extractor: hogg, options: {}, shards: 4}}",
                "Did you mean 'hog'",
            ),
            (
                "visual: {face: {reads: x, extractor: hog, options: {cell: 8}, shards: 1}}",
                "Did you mean 'cells'",
            ),
            ("visual: [", "not valid YAML"),
        ],
    )
    def test_params(self, project: Project, text: str, message: str):
        before, params = project.files(), project.folder / "params.yaml"
        kept = params.read_text()
        params.write_text(text)
        said = project.run("python", "-m", "stages.visual", "face", fails=True)
        params.write_text(kept)
        assert message in said
        assert "Traceback" not in said
        assert project.files() == before

    def test_a_corpus_folder_that_does_not_exist(self, tmp_path: Path):
        lost = Project(tmp_path, lambda p: p["ingest"]["options"].update(path="data/demmo"))
        lost.warm = False  # one stage alone is not worth the libraries of all
        said = lost.run("python", "-m", "stages.ingest", fails=True)
        assert "data/demmo" in said and "Traceback" not in said
        assert not (tmp_path / "data/ingest").exists()
