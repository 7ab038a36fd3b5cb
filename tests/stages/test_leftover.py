"""What lies in data/ of streams that params.yaml no longer names goes, and nothing else."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from stages import code, paths
from stages.leftover import leftover, leftover_runs, take_away
from tests.repo import PARAMS
from tests.stages.sections import choose

NAMED = {"visual": {"face": {}}, "audio": {"voice": {}}, "text": {}, "signals": {"au": {}}}
NAMED |= {"train": {"heads": ["concat"], "seeds": [1]}}
NAMED |= {"align": {"face": {}, "voice": {}, "au": {}}}
KEPT = (
    "data/visual/face/000.h5",
    "data/audio/voice/000.h5",
    "data/signals/au/000.h5",
    "data/align/face/000.h5",
    "data/align/au/000.h5",
    "data/rejected/au.jsonl",
    "data/rejected/voice.jsonl",
    "data/rejected/faces.jsonl",
    "data/rejected/transcripts.jsonl",
    "data/rejected/sync.jsonl",
    "data/provenance/visual/face.json",
    "data/provenance/align/face.json",
    "data/provenance/faces.json",
    "data/provenance/train/concat.json",
    "data/faces/000.h5",
    "data/grid/000.h5",
    "data/train/concat/1/concat/run.json",
    "data/train/concat/2/concat/run.json",  # DVC removes it before it trains again
    "data/.training/concat-1@0.pt",
    "data/visual/.face.part/000.h5",
    "data/visual/.gitignore",
    "data/align/.gitignore",
    "data/rejected/.gitignore",
    "data/rejected/notes.txt",
    "data/code.json",
    "data/signals/openface/a.csv",  # somebody's own: no stage writes such
)
SOMEBODYS = "data/signals/openface"
GONE = (
    "data/train/grjca/1/grjca/run.json",
    "data/provenance/train/grjca.json",
    "data/train/concat-1/concat/run.json",  # from before a head was one stage
    "data/provenance/train/concat-1.json",
    "data/visual/000.h5",  # from before streams had names
    "data/visual/voice/000.h5",  # a name of another kind
    "data/visual/scene/000.h5",
    "data/text/words/000.h5",
    "data/signals/eda/000.h5",
    "data/align/words/000.h5",
    "data/align/eda/000.h5",
    "data/rejected/eda.jsonl",
    "data/rejected/face.jsonl",  # of crops, which are read whole
    "data/provenance/visual/scene.json",
    "data/provenance/text/words.json",
    "data/provenance/align/words.json",
)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder, with files of streams that are named and of others."""
    monkeypatch.chdir(tmp_path)
    for name in (*KEPT, *GONE):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(name)


def files() -> set[str]:
    return {str(path) for path in Path("data").rglob("*") if path.is_file()}


FOLDER = re.compile(r"data/(?!provenance|rejected)\w+/[\w-]+(?=/)")


def tops(names: Iterable[str]) -> set[str]:
    """Folders in place of what lies in them."""
    return {FOLDER.match(n)[0] if FOLDER.match(n) else n for n in names}


def test_only_what_no_stream_is_called_is_left_over():
    found = {str(path) for path in (*leftover(NAMED), *leftover_runs(NAMED))}
    assert found == {*tops(GONE), SOMEBODYS}


def test_what_is_left_over_is_removed_and_said(caplog):
    with caplog.at_level(logging.INFO, "stages"):
        take_away(NAMED)
    assert files() == set(KEPT)
    said = {record.getMessage().split(": ")[0] for record in caplog.records}
    kept = f"{SOMEBODYS} is no output of a stage, nor in params.yaml"
    assert said == {*(f"removed {name}" for name in tops(GONE)), kept}
    caplog.clear()
    take_away(NAMED)
    assert files() == set(KEPT) and len(caplog.records) == 1


def test_a_link_is_nobodys_to_remove(tmp_path: Path, caplog):
    (tmp_path / "disk").mkdir()
    Path("data/visual/old").symlink_to(tmp_path / "disk")
    take_away(NAMED)
    assert Path("data/visual/old").is_symlink() and "data/visual/old is no output" in caplog.text


def test_a_section_that_is_not_there_has_no_streams():
    take_away({})
    assert not any(Path("data", kind, "face").exists() for kind in ("visual", "align"))
    assert "data/grid/000.h5" in files() and "data/provenance/faces.json" in files()


def test_nothing_is_left_over_where_nothing_was_made(tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert list(leftover(NAMED)) == []


def test_the_code_stage_takes_it_away_unless_params_are_refused():
    choose(**{**PARAMS, "targets": {"joy": [1, 0]}})
    with pytest.raises(LookupError, match=r"targets\.joy"):
        code.run()
    assert files() == {*KEPT, *GONE}
    choose(**PARAMS)
    code.run()
    assert not paths.extracted("visual", "scene").exists()
    assert paths.extracted("visual", "face").is_dir() and paths.aligned("face").is_dir()
