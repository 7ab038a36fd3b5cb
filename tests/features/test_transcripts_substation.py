"""Subtitles of SubStation Alpha -> timed words."""

from __future__ import annotations

import pytest

from features.transcripts.sidecar import TranscriptError
from tests.features.transcribed import read_rows

FORMAT = "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
WE_GO = [("we", 1, 2), ("go", 2, 3)]


def events(*lines, form=FORMAT):
    return "\n".join(["[Script Info]", "Title: not said", "", "[Events]", form, *lines, ""])


def said(text, start="0:00:01.00", end="0:00:03.00"):
    return f"Dialogue: 0,{start},{end},Default,,0,0,0,,{text}"


READ = {
    "plain": events(said("we go")),
    "from Windows": events(said("we go")).replace("\n", "\r\n"),
    "overrides and breaks": events(said(r"{\an8\pos(1,2)}we\N{\i1}go{\i0}\h")),
    "a comment": events("Comment: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,not said", said("we go")),
    "a comment inside": events(said("we {not said}go")),
    "a drawing": events(said(r"we {\p1}m 0 0 l 9 9{\p0}go")),
    "a drawing to the end": events(said("we go"), said(r"{\p2}m 0 0 l 9 9")),
    "two layers": events(said("we go"), said(r"{\bord3}we go")),
    "a sign drawn anew for each frame": events(
        said("we go", end="0:00:02.00"), said(r"{\pos(1,2)}we go", start="0:00:02.00")
    ),
    "other fields": events(
        "Dialogue: 0:00:01.00,0:00:03.00,we go", form="Format: Start, End, Text"
    ),
    "no line of fields": "[Events]\n" + said("we go"),
    "an open brace": events(said("we go{")).replace("{", " "),
}


@pytest.mark.parametrize("suffix", [".ass", ".SSA"])
@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_dialogue_is_read(tmp_path, suffix, content):
    assert read_rows(tmp_path, suffix, content) == (WE_GO, [])


def test_commas_are_text(tmp_path):
    assert [w[0] for w in read_rows(tmp_path, ".ass", events(said("so, we, go")))[0]] == [
        "so,",
        "we,",
        "go",
    ]


def test_syllables_that_are_sung_have_times(tmp_path):
    sung = said(r"{\k50}we {\kf20}drove {\k30}ho{\k40}me")
    assert read_rows(tmp_path, ".ass", events(sung))[0] == [
        ("we", 1, 1.5),
        ("drove", 1.5, 1.7),
        ("home", 1.7, 2.4),
    ]


def test_nobody_speaks_in_a_file_without_dialogue(tmp_path):
    assert read_rows(tmp_path, ".ass", events()) == ([], [])


def test_a_file_that_was_cut_off_before_its_events_is_refused(tmp_path):
    with pytest.raises(TranscriptError, match=r"a section \[Events\] with a line 'Format: Layer"):
        read_rows(tmp_path, ".ass", "[Events]\n")


def test_a_broken_line_costs_itself(tmp_path):
    broken = said("so", start="0:00:01"), said("so", start="?"), said("x", end="0:00:00.00")
    words, problems = read_rows(tmp_path, ".ass", events(*broken[1:], "Dialogue: 1", said("we go")))
    assert words == WE_GO
    assert [p.split(":")[0] for p in problems] == ["line 6", "line 7", "line 8"]
    assert read_rows(tmp_path, ".ass", events(broken[0]))[0] == [("so", 1, 3)]
