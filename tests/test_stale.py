"""What runs again after an edit, and what does not: real DVC on a finished tiny corpus.

Each row is an edit of one file and the stages that `dvc repro` then runs. Edits stay, so that every
row begins where nothing is stale. An edit that changes no result says so by its end, `(no result)`:
what is made of the results does not run then.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.project import Project

pytestmark = pytest.mark.graph

TRAIN = {f"train@{head}-1" for head in ("single", "concat", "grjca")}
SCORED = {"evaluate", "robustness"}
AFTER = {*TRAIN, *SCORED, "report"}
HEAR = {"faces", "audio", "transcripts", "sync"}
READ_SHARDS = {"ingest", *HEAR, "visual", "text", "align", "audit", *AFTER}
Edit = Callable[[Path], object]


def added(file: str, line: str = "UNUSED = 1") -> Edit:
    """A line more at the end of a file, which may be a new one."""

    def edit(root: Path) -> None:
        (root / file).parent.mkdir(exist_ok=True)
        with (root / file).open("a", encoding="utf-8") as text:
            text.write(f"\n{line}\n")

    return edit


def changed(file: str, old: str, new: str) -> Edit:
    """Another word in a file."""

    def edit(root: Path) -> None:
        text = (root / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} has {old!r} {text.count(old)} times"
        (root / file).write_text(text.replace(old, new), encoding="utf-8")

    return edit


def moved(column: str) -> Edit:
    """The first clip of the corpus shows somebody else, or is in another split."""

    def edit(root: Path) -> None:
        with (root / "data/demo/clips.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        subject = rows[0]["subject"]
        for row in (row for row in rows if row["subject"] == subject):
            row[column] = "somebody" if column == "subject" else "val"
        with (root / "data/demo/clips.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, rows[0])
            out.writeheader()
            out.writerows(rows)

    return edit


def said(root: Path) -> None:
    """Another word in one transcript."""
    file = min((root / "data/demo/transcripts").iterdir())
    words = json.loads(file.read_text(encoding="utf-8"))
    text = json.dumps(words).replace(first_word(words), "wonderful", 1)
    file.write_text(text, encoding="utf-8")


def first_word(words: object) -> str:
    found = re.search(r'"(?:word|text)": "\s*(\w+)', json.dumps(words))
    assert found
    return found[1]


def felt(root: Path) -> None:
    """Another label in one file."""
    file = min((root / "data/demo/labels").iterdir())
    head, first, *rest = file.read_text(encoding="utf-8").splitlines()
    time, *_ = first.split(",")
    file.write_text("\n".join([head, f"{time},0.5,-0.5", *rest]) + "\n", encoding="utf-8")


GATES = ("gate.weigh(candidates[m][-1])", "gate.weigh(candidates[m][0])")
MISSING = ("tokens[m], 0.0)", "tokens[m], 0.125)")
LOUDNESS = ("Sound(begin + count / rate, samples)", "Sound(begin + count / rate, samples / 2)")
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
    ("the grid (no result)", added("features/grid.py"), {"align"}),
    ("how sound is read (no result)", added("features/media/sounds.py"), HEAR),
    ("training (no result)", added("models/training.py"), TRAIN),
    ("losses (no result)", added("models/losses.py"), {*TRAIN, *SCORED}),
    ("gates (no result)", added("models/gate.py"), {"train@grjca-1", *SCORED, "report"}),
    (
        "the candidates of GRJCA's gates",
        changed("models/fusion/grjca.py", *GATES),
        {"train@grjca-1", *SCORED, "report"},
    ),
    ("what heads make of missing rows", changed("models/head.py", *MISSING), AFTER),
    ("how shards are read (no result)", added("features/shards/reading.py"), READ_SHARDS),
    (
        "how loud sound is",
        changed("features/media/sounds.py", *LOUDNESS),
        {*HEAR, "align", "audit", *AFTER},
    ),
]
CORPUS: list[tuple[str, Edit, set[str]]] = [
    ("a subject", moved("subject"), {"ingest", "audit", *AFTER}),
    ("a split", moved("split"), {"ingest", "audit", *AFTER}),
    ("a transcript", said, {"ingest", "transcripts", "text", "align", "audit", *AFTER}),
    ("a label", felt, {"ingest", "align", "audit", *AFTER}),
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
    assert project.stale() == {}
    assert (gate_weights(project) != gates) == ("train@grjca-1" in runs and edit in REAL)


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


@pytest.fixture(scope="module")
def own(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same, its corpus somebody's own: no stage makes it anew."""
    made = finished.copy(tmp_path_factory.mktemp("corpus") / "project")
    made.run("dvc", "freeze", "demo")
    return made


@pytest.mark.parametrize(
    ("edit", "runs"), [row[1:] for row in CORPUS], ids=[row[0] for row in CORPUS]
)
def test_an_edit_of_the_corpus_runs_what_reads_it(own: Project, edit: Edit, runs: set[str]):
    edit(own.folder)
    assert own.repro() == runs
    if "text" in runs:
        clips = len((own.folder / "data/ingest/clips.jsonl").read_text().splitlines())
        known = dict(re.findall(r"^(\w+): \d+ clips, (\d+) of them in the store", own.said, re.M))
        assert known == {"transcripts": str(clips - 1), "text": str(clips - 1)}


# ------------------------------------------------------------- bad input --


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
    broken.edit(lambda p: p["audio"].update(extractor="logmell"))
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
