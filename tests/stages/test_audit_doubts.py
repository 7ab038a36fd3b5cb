"""The audit of media that contradict themselves, and of what nothing could use."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from stages.atomic import write_lines
from stages.audit import stage as audit
from stages.audit.corpus import Member
from stages.audit.turned_away import reasons
from stages.paths import REJECTED, rejected
from tests.stages.test_audit import FILM, SPLITS, clip, lay, limits, metrics, page

SECTIONS = {
    "Files that contradict themselves",
    "Which stream of a file is used",
    "What extraction could not use",
    "Files that nothing reads",
}
DOUBT = "its time stamps go over 5.2 s, its sound holds 4.0 s"
FLAWS = ["", "doubtful, mended", "", "mended", "", "doubtful, mended"]  # of a to f


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "1")
    return tmp_path


def line(clip: str | None, file: str, reason: str) -> str:
    return json.dumps({"clip": clip, "file": file, "reason": reason})


def headings() -> set[str]:
    return set(re.findall(r"<h2>([^<]*)</h2>", page()))


def table(about: str) -> list[list[str]]:
    """The cells of a table of the page, without its head."""
    found = re.search(rf'aria-label="{about}"[^>]*><table>(.*?)</table>', page(), re.S)
    assert found, about
    rows = re.findall(r"<tr>(.*?)</tr>", found[1], re.S)[1:]
    return [[unescape(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t", r, re.S)] for r in rows]


def with_info(**infos: dict[str, Any]) -> list[Member]:
    """Five clips, whose Info differs from that of a film as said."""
    return [clip(n, s, info=replace(FILM, **infos.get(n, {}))) for n, s in SPLITS.items()]


def test_where_nothing_is_doubtful_the_page_does_not_speak_of_it(folder: Path):
    lay(with_info(), {}, {})
    audit.run(limits())
    assert not headings() & SECTIONS
    found = metrics()
    assert [found[k] for k in ("doubtful", "mended", "unread", "left_out")] == [0, 0, 0, 0]


def test_a_file_that_contradicts_itself_is_shown_with_both_figures(folder: Path):
    clips = with_info(b={"doubts": (DOUBT, "a < b"), "mended": True}, d={"mended": True})
    clips.append(clip("f", "train", subject="b", info=clips[1].info, media="b.wav", start=1.0))
    lay(clips, {}, {})
    audit.run(limits())
    assert (metrics()["doubtful"], metrics()["mended"]) == (2, 2 + 1)
    (b, said, who), (d, mended, _) = table("doubtful")
    assert (b, d, who) == ("b.wav", "d.wav", "b, f")
    assert said.split("\n") == [DOUBT, "a < b", mended]
    assert mended.startswith("its clock steps back or has wild stamps")
    assert [row[1] for row in table("clips")] == FLAWS


def test_the_stream_that_is_used_is_shown_where_there_was_a_choice(folder: Path):
    one = {"video_stream": 0, "audio_stream": 0, "video_streams": 1, "audio_streams": 1}
    clips = with_info(
        a=one,
        b={**one, "audio_stream": 1, "audio_streams": 3},
        c={**one, "audio_stream": None},
        d={**one, "video_stream": None, "video_streams": 0},
    )
    lay(clips, {}, {})
    audit.run(limits())
    assert table("streams") == [
        ["b.wav", "0 of 1", "1 of 3", "b"],
        ["c.wav", "0 of 1", "none of 1", "c"],
    ]


def test_files_that_nothing_reads_are_no_clips_turned_away(folder: Path):
    lay(with_info(), {}, {})
    lines = [line(None, f"labels/{n}.tsv", "nothing reads .tsv as labels") for n in "ab"]
    lines += [line(None, "media/a.vtt", "'a.json' is read for its clip instead")]
    write_lines(REJECTED, [line("x", "x.mp4", "cut"), line("x", "x.wav", "cut"), *lines])
    audit.run(limits(max_rejected_share=0.17))  # one of six clips
    assert (metrics()["rejected"], metrics()["unread"]) == (1, 3)
    assert table("turned away") == [["cut", "1", "x"]]
    assert table("not read") == [
        ["nothing reads .tsv as labels", "2", "labels/a.tsv, labels/b.tsv"],
        ["'a.json' is read for its clip instead", "1", "media/a.vtt"],
    ]


def test_what_extraction_could_not_use_is_shown_of_streams_that_there_are(folder: Path):
    lay(with_info(), {}, {})
    write_lines(rejected("faces"), [line("a", "a.mp4", "the decoder died of SIGSEGV, twice")])
    words = [line(n, f"{n}.srt", f"left out: line {k}") for n, k in (("b", 3), ("b", 4), ("c", 5))]
    write_lines(rejected("transcripts"), words)
    write_lines(rejected("voice"), [])
    write_lines(rejected("former"), [line("a", "a.csv", "of a stream that is no more")])
    audit.run(limits())
    assert metrics()["left_out"] == 3
    assert table("left out") == [
        ["the decoder died of SIGSEGV, twice", "faces", "1", "a"],
        ["left out: line …", "transcripts", "2", "b, c"],
    ]


def test_reasons_are_alike_but_for_paths_names_and_numbers():
    said = [
        ("a", "'a.srt' of s/a.mp4, 3 s"),
        ("b", "'b.srt' of s/b.mp4, 41.5 s"),
        ("c", "'c' of d"),
    ]
    lines = [json.loads(line(clip, clip, why)) for clip, why in said]
    found = {why: [one["clip"] for one in those] for why, those in reasons(lines).items()}
    assert found == {"… of … … s": ["a", "b"], "'c' of d": ["c"]}
