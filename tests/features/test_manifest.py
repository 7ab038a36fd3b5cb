"""A corpus manifest is read as it was written, and a line that is broken is named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from features.manifest import Assignment, Clip, Info, Row, Transcript, read, write
from tests.repo import ROOT

INFO = Info(duration=2.5, fps=29.97, width=640, height=360, rate=16_000, channels=2)
CLIPS = [
    Clip(id="b", media="media/b.mp4", sha256="b2", info=INFO),
    Clip(id="é", media="media/long.mov", sha256="e9", start=1.5, end=4.0, info=INFO),
    Clip(id="a", media=None, sha256="00", info=Info(0.4, None, None, None, None, None)),
]
TRANSCRIPTS = [Transcript(id="b", file="transcripts/b.srt", sha256="77")]
ASSIGNMENTS = [
    Assignment(id="b", subject="s1", split="val"),
    Assignment(id="a", subject="a", split=None),
]
KINDS = {"clips": CLIPS, "transcripts": TRANSCRIPTS, "splits": ASSIGNMENTS}


@pytest.mark.parametrize("rows", KINDS.values(), ids=KINDS)
def test_rows_come_back_as_they_were_and_in_their_order(tmp_path: Path, rows: list[Row]):
    write(tmp_path / "sub/rows.jsonl", rows)
    assert read(tmp_path / "sub/rows.jsonl", type(rows[0])) == rows
    lines = (tmp_path / "sub/rows.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [row.id for row in rows]


def test_no_rows_are_an_empty_file(tmp_path: Path):
    write(tmp_path / "rows.jsonl", [])
    assert (tmp_path / "rows.jsonl").read_bytes() == b""
    assert read(tmp_path / "rows.jsonl", Clip) == []


def test_the_same_rows_are_the_same_bytes(tmp_path: Path):
    for name in ("one", "two"):
        write(tmp_path / name, iter(CLIPS))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_who_a_clip_shows_and_what_is_said_are_in_no_line_about_its_media():
    assert Clip.model_fields.keys() == {"id", "media", "sha256", "start", "end", "info"}
    assert Transcript.model_fields.keys() == {"id", "file", "sha256"}
    assert Assignment.model_fields.keys() == {"id", "subject", "split"}


def test_the_source_of_a_whole_file_is_its_digest_and_that_of_a_stretch_another():
    whole, part = CLIPS[:2]
    assert whole.source == whole.sha256
    others = [part.model_copy(update=update) for update in ({"start": 1.25}, {"end": None})]
    assert len({part.sha256, part.source, *(other.source for other in others)}) == 4
    assert part.source == part.model_copy(update={"id": "c"}).source


@pytest.mark.parametrize(
    "line, where",
    [
        ('{"id": "b"', "the line"),
        ("", "the line"),
        ('{"id": "b", "split": "val"}', "subject"),
        ('{"id": "b", "subject": "s1", "split": "val", "age": 7}', "age"),
        ('{"id": 3, "subject": "s1", "split": null}', "id"),
    ],
)
def test_a_broken_line_is_named_by_file_and_line(tmp_path: Path, line: str, where: str):
    file = tmp_path / "splits.jsonl"
    write(file, ASSIGNMENTS)
    file.write_text(f"{file.read_text()}{line}\n")
    message = rf"{file}, line 3, is not one of a Assignment \({where}: .*\); run `dvc repro ingest`"
    with pytest.raises(ValueError, match=message):
        read(file, Assignment)


def test_a_field_within_a_field_is_named_with_both(tmp_path: Path):
    row = CLIPS[0].model_dump() | {"info": {"duration": "long"}}
    (tmp_path / "clips.jsonl").write_text(json.dumps(row))
    with pytest.raises(ValueError, match=r"line 1, is not one of a Clip \(info\.duration: "):
        read(tmp_path / "clips.jsonl", Clip)


def test_a_manifest_that_is_not_there_is_answered_with_how_to_make_it(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"no .*clips\.jsonl; run `dvc repro ingest` first"):
        read(tmp_path / "clips.jsonl", Clip)


def test_an_interrupted_write_leaves_what_was_there_and_nothing_beside_it(tmp_path: Path):
    def broken():
        yield CLIPS[0]
        raise KeyboardInterrupt

    write(tmp_path / "clips.jsonl", CLIPS)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "clips.jsonl", broken())
    assert read(tmp_path / "clips.jsonl", Clip) == CLIPS
    assert [file.name for file in tmp_path.iterdir()] == ["clips.jsonl"]


def test_a_row_does_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        CLIPS[0].id = "c"


def test_reading_a_manifest_loads_no_decoder_and_no_network():
    heavy = "('av', 'torch', 'cv2', 'librosa', 'transformers')"
    code = f"import features.manifest, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
