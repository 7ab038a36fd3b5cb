"""What runs again after an edit, and what does not: real DVC on a finished tiny corpus.

Each row is an edit of one file and the stages that `dvc repro` then runs. Edits stay, so that every
row begins where nothing is stale. An edit that changes no result says so by its end, `(no result)`:
what is made of the results does not run then.
"""

from __future__ import annotations

import pytest

from tests.edits import AFTER, ALIGNED, SCORED, TRAIN, Edit, added, changed
from tests.project import Project

HEAR = {"faces", "audio@voice", "transcripts", "sync"}
READ_SHARDS = {"ingest", *HEAR, "visual@face", "text@words", "grid", *ALIGNED, "audit", *AFTER}
GATES = ("gate.weigh(candidates[m][-1])", "gate.weigh(candidates[m][0])")
MISSING = ("tokens[m], 0.0)", "tokens[m], 0.125)")
LOUDNESS = ("Sound(time, samples)", "Sound(time, samples / 2)")
CODE: list[tuple[str, Edit, set[str]]] = [
    ("a comment", added("features/media/sounds.py", "# heard"), set()),
    ("a docstring", changed("models/head.py", '"""Head: ', '"""Head, '), set()),
    ("an extractor not chosen", added("features/visual/facenet.py"), set()),
    ("an extractor that is new", added("features/audio/newcomer.py", "# to be"), set()),
    ("a head not chosen", added("models/fusion/hgrjca.py"), set()),
    ("a corpus adapter not chosen", added("features/corpora/recola.py"), set()),
    ("where work runs", added("stages/work/each.py"), set()),
    ("how a stage is started", added("stages/command.py"), set()),
    ("the report's css", added("stages/report/page.css", ".x { color: red }"), {"report"}),
    ("every page's css", added("stages/pages/style.css", ".y { color: red }"), {"audit", "report"}),
    ("evaluation (no result)", added("models/evaluation/agreement.py"), SCORED),
    ("the grid (no result)", added("features/grid.py"), {"grid", *ALIGNED}),
    ("how sound is read (no result)", added("features/media/sounds.py"), HEAR),
    ("training (no result)", added("models/training.py"), TRAIN),
    ("losses (no result)", added("models/losses.py"), {*TRAIN, *SCORED}),
    ("gates (no result)", added("models/gate.py"), {"train@grjca", *SCORED, "report"}),
    (
        "the candidates of GRJCA's gates",
        changed("models/fusion/grjca.py", *GATES),
        {"train@grjca", *SCORED, "report"},
    ),
    ("what heads make of missing rows", changed("models/head.py", *MISSING), AFTER),
    ("how shards are read (no result)", added("features/shards/reading.py"), READ_SHARDS),
    (
        "how loud sound is",
        changed("features/media/sounds.py", *LOUDNESS),
        {*HEAR, "align@voice", "audit", *AFTER},
    ),
]
REAL = {edit for name, edit, _ in CODE if "no result" not in name}  # that change what comes out


@pytest.fixture(scope="module")
def project(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return finished.copy(tmp_path_factory.mktemp("code") / "project")


@pytest.mark.parametrize(("edit", "runs"), [row[1:] for row in CODE], ids=[row[0] for row in CODE])
def test_code_runs_what_it_can_change(project: Project, edit: Edit, runs: set[str]):
    gates = gate_weights(project)
    edit(project.folder)
    assert project.repro() == {"code", *runs}
    assert (gate_weights(project) != gates) == ("train@grjca" in runs and edit in REAL)


def test_after_all_these_edits_nothing_is_stale(project: Project):
    assert project.stale() == {}


def gate_weights(project: Project) -> dict[str, bytes]:
    return project.files("data/evaluate/gates/grjca")


@pytest.mark.parametrize(
    "edit",
    [
        added("flows/pipeline.py"),
        added("features/README.md", "to be done"),
        added("stages/__pycache__/align.pyc", "x"),
    ],
    ids=["flows", "a note", "bytecode"],
)
def test_what_is_no_stages_matter_runs_nothing_at_all(project: Project, edit: Edit):
    edit(project.folder)
    assert project.repro() == set()
