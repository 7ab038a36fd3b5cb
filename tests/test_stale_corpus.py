"""What runs again after an edit of the corpus: real DVC on a finished tiny corpus.

Edits stay, so that every row begins where nothing is stale.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from tests.edits import AFTER, Edit
from tests.project import Project


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


CORPUS: list[tuple[str, Edit, set[str]]] = [
    ("a subject", moved("subject"), {"ingest", "audit", *AFTER}),
    ("a split", moved("split"), {"ingest", "audit", *AFTER}),
    ("a transcript", said, {"ingest", "transcripts", "text@words", "align@words", "audit", *AFTER}),
    ("a label", felt, {"ingest", "grid", "audit", *AFTER}),
]


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
    if "text@words" in runs:
        clips = len((own.folder / "data/ingest/clips.jsonl").read_text().splitlines())
        known = dict(
            re.findall(r"^(\w+)(?:@\w+)?: \d+ clips, (\d+) of them in the store", own.said, re.M)
        )
        assert known == {"transcripts": str(clips - 1), "text": str(clips - 1)}
