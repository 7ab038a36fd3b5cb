"""Sharing and reuse, with real remotes: what a colleague gets, and what never leaves."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from features.store import JOBS
from tests.project import Project
from tests.repo import GRAPH

EMBEDDINGS = {"visual", "audio", "text"}
PRIVATE = {"data/demo", "data/faces", "data/ingest/sentences.json", "data/transcripts"}


@pytest.fixture(scope="module")
def project(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A finished run, committed, with a folder as its remote. No test changes it."""
    made = finished.copy(tmp_path_factory.mktemp("sharing") / "project")
    made.run("dvc", "remote", "add", "--default", "lab", str(remote(made)))
    commit(made)
    made.run("dvc", "push", "--run-cache")
    return made


def remote(project: Project) -> Path:
    return project.folder.parent / "remote"


def commit(project: Project) -> None:
    project.run("git", "add", "--all")
    author = ("-c", "user.name=someone", "-c", "user.email=someone@example.org")
    project.run("git", *author, "commit", "--quiet", "--message", "features")


def clone(project: Project, folder: Path) -> Project:
    """A colleague's clone: what git has, nothing of data/, no cache, no clip store."""
    project.run("git", "clone", "--quiet", ".", str(folder))
    return Project.at(folder)


def shared(project: Project) -> dict[str, bytes]:
    """The files that are everybody's."""
    private = tuple(out.removeprefix("data/") for out in PRIVATE)
    return {name: x for name, x in project.files().items() if not name.startswith(private)}


def in_store(said: str) -> dict[str, tuple[int, int]]:
    """{stage: (its clips, how many of them were in the store)}, as its log says."""
    found = re.findall(
        r"^(\w+)(?:@\w+)?: (\d+) clips, (\d+) of them in the store", said, re.MULTILINE
    )
    return {stage: (int(clips), int(known)) for stage, clips, known in found}


def test_media_and_face_crops_are_what_is_never_pushed():
    kept = set()
    for stage in GRAPH.values():
        listed = stage.get("do", stage)["outs"]
        outs = (out for out in listed if isinstance(out, dict))
        kept |= {path for out in outs for path, how in out.items() if how.get("push") is False}
    assert kept == PRIVATE


def test_a_push_with_the_run_cache_holds_neither_media_nor_face_crops(project: Project):
    pushed = {file.read_bytes() for file in remote(project).rglob("*") if file.is_file()}
    files = project.files()
    ours = shared(project)
    assert {name for name, x in files.items() if x in pushed} == ours.keys() - {"code.json"}
    held_back = {name.split("/")[0] for name in files.keys() - ours.keys()}
    assert held_back == {"demo", "faces", "ingest", "transcripts"}


@pytest.fixture(scope="module")
def colleague(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A clone that has pulled."""
    made = clone(project, tmp_path_factory.mktemp("colleague") / "project")
    made.run("dvc", "pull", "--allow-missing")
    return made


class TestAColleague:
    """Who has git and the remote, and neither media nor crops."""

    @pytest.fixture(autouse=True)
    def _nothing_private_is_there(self, colleague: Project) -> Iterator[None]:
        yield
        assert [path for path in PRIVATE if (colleague.folder / path).exists()] == []
        clips = [p for p in (colleague.folder / ".clip_store").glob("*") if p.name != JOBS]
        assert clips == [], "results of jobs are kept there, and nothing is extracted"

    def test_pulls_embeddings_grid_weights_and_metrics(self, project: Project, colleague: Project):
        theirs = colleague.files()
        assert theirs == shared(project)
        folders = {name.split("/")[0] for name in theirs}
        assert folders >= EMBEDDINGS | {"grid", "align", "train", "evaluate"}

    def test_runs_no_stage_even_with_nothing_pulled(self, project: Project, tmp_path: Path):
        fresh = clone(project, tmp_path / "fresh")
        assert fresh.files().keys() == {"code.json"}
        assert fresh.repro("--pull", "--allow-missing") == set()

    def test_is_told_of_what_is_missing_unless_it_is_allowed(self, colleague: Project):
        said = colleague.run("dvc", "pull", fails=True)
        assert all(path in said for path in PRIVATE)

    def test_trains_one_head_alone_from_the_embeddings_alone(self, colleague: Project):
        colleague.run("dvc", "pull", "--allow-missing")
        before = colleague.files("data/train")
        colleague.edit(
            lambda p: p["train"]["runs"]["grjca"]["grjca"]["options"].update(temperature=0.2)
        )
        ran = colleague.repro("--pull", "--allow-missing")
        assert ran == {"code", "train@grjca", "evaluate", "robustness", "report"}
        after = colleague.files("data/train")
        changed = {name for name in before if before[name] != after[name]}
        assert "grjca/1/grjca/weights.safetensors" in changed
        assert {name.split("/")[0] for name in changed} == {"grjca"}
        metrics = json.loads((colleague.folder / "data/evaluate/metrics.json").read_text())
        assert {"visual", "concat", "grjca"} < set(metrics["runs"])


def test_who_did_not_pull_is_stopped_and_goes_on_from_there(project: Project, tmp_path: Path):
    """By DVC itself, which pulls no folder that several stages write into: pull first."""
    theirs = clone(project, tmp_path / "theirs")
    theirs.edit(lambda p: p["train"]["runs"]["grjca"]["grjca"]["options"].update(temperature=0.2))
    said = theirs.run("dvc", "repro", "--pull", "--allow-missing", fails=True)
    assert "data/align" in said and "Running stage 'train" not in said
    theirs.run("dvc", "pull", "--allow-missing")
    assert theirs.repro("--pull", "--allow-missing") == {
        "train@grjca",
        "evaluate",
        "robustness",
        "report",
    }
    assert not any((theirs.folder / path).exists() for path in PRIVATE)


def test_an_s3_compatible_remote_gives_back_the_same_bytes(
    project: Project, tmp_path: Path, bucket: str
):
    ours, theirs = clone(project, tmp_path / "ours"), clone(project, tmp_path / "theirs")
    for each in (ours, theirs):
        each.run("dvc", "remote", "add", "--default", "s3", "s3://lab/features")
        each.run("dvc", "remote", "modify", "s3", "endpointurl", bucket)
    ours.run("dvc", "pull", "--allow-missing", "--remote", "lab")
    ours.run("dvc", "push", "--run-cache")
    theirs.run("dvc", "pull", "--allow-missing")
    assert theirs.files() == ours.files() == shared(project)


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an S3 server on loopback with a bucket "lab"; nobody's real credentials."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "dummy")
    (tmp_path / "nothing").touch()
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}")
    client.create_bucket(Bucket="lab")
    client.close()
    yield f"http://{host}:{port}"
    server.stop()


def test_a_shared_clip_store_leaves_only_what_differs_to_be_extracted(
    project: Project, tmp_path: Path
):
    second = clone(project, tmp_path / "second")
    shutil.copytree(project.folder / "data/demo", second.folder / "data/demo")
    second.edit(lambda p: p["text"]["words"]["options"].update(words=3))
    store = f"CLIP_STORE={project.folder / '.clip_store'}"
    known = in_store(second.run("env", store, "dvc", "repro", "visual", "audio", "text"))
    clips = len((second.folder / "data/ingest/clips.jsonl").read_text().splitlines())
    assert clips > 0
    assert known.pop("text") == (clips, 0)
    assert known == {stage: (clips, clips) for stage in ("faces", "visual", "audio", "transcripts")}
    for stage in ("faces", "visual", "audio"):
        assert second.files(f"data/{stage}") == project.files(f"data/{stage}")
    assert second.files("data/text") != project.files("data/text")


def test_a_shared_cache_holds_each_file_once_for_all_clones(project: Project, tmp_path: Path):
    cache = tmp_path / "cache"
    clones = [clone(project, tmp_path / name) for name in ("one", "two")]
    for each in clones:
        each.run("dvc", "cache", "dir", str(cache))
        each.run("dvc", "config", "cache.shared", "group")
        each.run("dvc", "config", "cache.type", "reflink,symlink,copy")
    clones[0].run("dvc", "pull", "--allow-missing")
    clones[1].run("dvc", "checkout", "--allow-missing")
    assert clones[1].files() == clones[0].files() == shared(project)
    assert not (clones[0].folder / ".dvc/cache").exists()


@pytest.fixture(scope="module")
def other(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A repository of its own with our data/visual/face as its visual/."""
    made = object.__new__(Project)
    made.folder = tmp_path_factory.mktemp("other")
    for command in ("git init -q", "dvc init -q", "dvc config core.analytics false"):
        made.run(*command.split())
    made.run("dvc", "import", str(project.folder), "data/visual/face", "--out", "visual")
    return made


class TestAnotherRepository:
    """That takes one folder of features and nothing else."""

    def read(self, project: Project, other: Project, code: str) -> dict:
        path = f"PYTHONPATH={project.folder}"
        return json.loads(other.run("env", path, "python", "-W", "error", "-c", code))

    def test_imports_the_shards_as_they_are(self, project: Project, other: Project):
        assert other.files("visual") == project.files("data/visual/face")
        assert "data/visual/face" in (other.folder / "visual.dvc").read_text()

    def test_reads_them_into_numpy(self, project: Project, other: Project):
        seen = self.read(project, other, NUMPY)
        clips = (project.folder / "data/ingest/clips.jsonl").read_text().splitlines()
        assert set(seen["shapes"]) == {json.loads(line)["id"] for line in clips}
        assert all(rows > 0 and width == 576 for rows, width in seen["shapes"].values())
        assert seen["loaded"] == [], "nothing but numpy and h5py is needed"

    def test_reads_them_into_torch_with_workers(self, project: Project, other: Project):
        seen = self.read(project, other, TORCH)
        assert seen["shapes"] == list(self.read(project, other, NUMPY)["shapes"].values())


NUMPY = """
from features.shards import Shards
shards = Shards("visual")
values = {clip: record.columns["values"][:] for clip, record in shards.items()}

import json, sys
loaded = sorted({"torch", "cv2", "av", "dvc", "pydantic"} & sys.modules.keys())
print(json.dumps({"shapes": {c: x.shape for c, x in values.items()}, "loaded": loaded}))
"""
TORCH = """
import torch
from features.shards import Shards

class Clips(torch.utils.data.Dataset):
    def __init__(self, folder): self.shards = Shards(folder); self.clips = list(self.shards)
    def __len__(self): return len(self.clips)
    def __getitem__(self, i): return self.shards[self.clips[i]].columns["values"][:]

import json
loader = torch.utils.data.DataLoader(Clips("visual"), batch_size=None, num_workers=2)
print(json.dumps({"shapes": [list(x.shape) for x in loader]}))
"""
