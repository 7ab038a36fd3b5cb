"""A broken entry of a transcript costs itself and is named; a broken file is refused."""

from __future__ import annotations

import logging
import random

import pytest

from features.transcripts.sidecar import TranscriptError, build
from tests.features.transcribed import read_rows

GOOD = [("ab", 1, 2), ("c", 5, 6)]
AB, C = {"word": "ab", "start": 1, "end": 2}, {"word": "c", "start": 5, "end": 6}
SRT = "1\n00:00:01,000 --> 00:00:02,000\nab\n\n2\n{}\nlost\n\n3\n00:00:05,000 --> 00:00:06,000\nc\n"
CSV, CTM = "word,start,end\nab,1,2\n{}\nc,5,6\n", "n A 1 1 ab\n{}\nn A 5 1 c\n"
TSV = "start\tend\ttext\n1000\t2000\tab\n{}\n5000\t6000\tc\n"

LEFT_OUT = {
    "a reversed cue": (
        ".srt",
        SRT.format("00:00:04,000 --> 00:00:03,000"),
        "line 6: the cue ends at 3.0 s, before its start 4.0 s",
    ),
    "half a time": (".srt", SRT.format("00:00:04,000 --> ?"), "line 6: expected a time like '00"),
    "no first time": (".srt", SRT.format("? --> 00:00:04,000"), "line 6: expected a time like '00"),
    "a negative time": (
        ".srt",
        SRT.format("-00:00:04,000 --> 00:00:05,000"),
        "line 6: expected a time like '00:00:01,000 --> 00:00:02,500', got '-00:",
    ),
    "a hundred hours": (".srt", SRT.format("100:00:01,0 --> 100:00:02,0"), "line 6: expected a"),
    "frames for a fraction": (".srt", SRT.format("00:00:03:12 --> 00:00:04:01"), "line 6: expect"),
    "a reversed word": (".json", [AB, {**AB, "end": 0}, C], "[1]: 'ab' ends at 0.0 s, before its"),
    "a negative word": (".json", [AB, {**AB, "start": -1}, C], "[1]: start of 'ab' must be 0 s"),
    "half a word's time": (".json", [AB, {"word": "x", "end": 3}, C], "[1]: 'x' needs start and"),
    "a text for a time": (".json", [AB, {**AB, "end": "3"}, C], "[1]: end must be a number of"),
    "what is no word": (".json", [AB, 7, C], "[1]: expected an object with a start and an end"),
    "a word in a segment": (
        ".json",
        {"segments": [{"start": 1, "end": 6, "words": [AB, {**AB, "end": 0}, C]}]},
        "segments[0].words[1]: 'ab' ends at 0.0 s, before its start 1.0 s",
    ),
    "a segment": (
        ".json",
        {"segments": [{"words": [AB]}, {"start": 4, "end": 3, "text": "x y"}, {"words": [C]}]},
        "segments[1]: 'the segment' ends at 3.0 s, before its start 4.0 s",
    ),
    "the times of a segment, not its words": (
        ".json",
        {"segments": [{"start": 4, "end": 3, "text": "ab c", "words": [AB, C]}]},
        "segments[0]: 'the segment' ends at 3.0 s, before its start 4.0 s",
    ),
    "a row that ends before it begins": (".csv", CSV.format("x,4,3"), "line 3: 'x' ends at 3.0 s"),
    "a row with a comma too many": (".csv", CSV.format("x,,3,4"), "line 3: expected 3 fields, got"),
    "a row without a word": (".csv", CSV.format(",3,4"), "line 3: the word is empty"),
    "a row of half a time": (".csv", CSV.format("x,3,"), "line 3: 'x' needs start and end, or"),
    "a row whose time is none": (
        ".csv",
        CSV.format("x,3,nan"),
        "line 3: end of 'x' must be 0 s or",
    ),
    "a line of four fields": (".ctm", CTM.format("n A 3 x"), "line 2: expected 'recording channel"),
    "a negative duration": (".ctm", CTM.format("n A 3 -1 x"), "line 2: 'x' ends at 2.0 s, before"),
    "a segment in a table": (".tsv", TSV.format("4000\t3000\tx"), "line 3: 'the segment' ends at"),
    "a segment without text": (
        ".tsv",
        TSV.format("4000\t5000"),
        "line 3: expected 3 fields, got 2",
    ),
    "a segment whose time is none": (
        ".tsv",
        TSV.format("?\t5000\tx"),
        "line 3: start and end must",
    ),
}


@pytest.mark.parametrize("suffix, content, problem", LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_broken_entry_costs_itself_and_is_named(tmp_path, suffix, content, problem):
    words, problems = read_rows(tmp_path, suffix, content)
    assert words == GOOD
    assert len(problems) == 1
    assert problems[0].startswith(problem)


def test_words_that_no_neighbour_gives_a_time_are_named_one_by_one(tmp_path):
    rows = [{"word": "x"}, {"word": "y"}, AB, C, {"word": "z"}]
    assert read_rows(tmp_path, ".json", rows) == (
        GOOD,
        [
            "[0]: 'x' has no time, nor a time before it",
            "[1]: 'y' has no time, nor a time before it",
            "[4]: 'z' has no time, nor a time after it",
        ],
    )


def test_a_broken_word_is_no_neighbour(tmp_path):
    rows = [AB, {**AB, "end": 0}, {"word": "x"}, C]
    assert read_rows(tmp_path, ".json", rows)[0] == [("ab", 1, 2), ("x", 2, 5), ("c", 5, 6)]


def test_a_file_of_which_nothing_can_be_read_is_refused(tmp_path):
    with pytest.raises(TranscriptError, match=r"\[0\]: 'ab' ends .*; nor can 1 more entry of it"):
        read_rows(tmp_path, ".json", [{**AB, "end": 0}, {**C, "end": 0}])


def test_called_as_an_extractor_it_warns_of_what_is_left_out(tmp_path, caplog):
    file = tmp_path / "clip.csv"
    file.write_text(CSV.format("x,4,3"))
    with caplog.at_level(logging.WARNING):
        words = build()(None, file)
    assert [word.text for word in words or []] == ["ab", "c"]
    assert caplog.messages == [
        f"left out: {file} line 3: 'x' ends at 3.0 s, before its start 4.0 s"
    ]


SAMPLES = {
    ".srt": SRT.format("00:00:03,000 --> 00:00:04,000").encode(),
    ".vtt": b"WEBVTT\n\nNOTE a\n\n00:01.000 --> 00:03.000\nso<00:02.000> <i>it</i> &#39;s\n\nb\n",
    ".ass": b"[Events]\nFormat: Start, End, Text\nDialogue: 0:00:01.00,0:00:02.00,{\\k50}so it\n",
    ".json": b'{"segments": [{"start": 1, "end": 3, "text": "a", "words": [{"word": "a"}]}]}',
    ".csv": CSV.format("x,,").encode(),
    ".tsv": TSV.format("3000\t4000\tx").encode(),
    ".ctm": CTM.format("n A 3 1 x").encode(),
}


@pytest.mark.parametrize("suffix", SAMPLES)
def test_damage_is_a_transcript_error_or_words(tmp_path, suffix):
    chance, sample = random.Random(5), SAMPLES[suffix]
    for _ in range(150):
        damaged = bytearray(sample[: chance.randrange(len(sample) // 2, len(sample) + 1)])
        for _ in range(chance.randrange(3)):
            damaged[chance.randrange(len(damaged))] = chance.choice(b'\0\n\t ,:-<{["0\xff')
        try:
            words, _ = read_rows(tmp_path, suffix, bytes(damaged), media_s=9)
        except TranscriptError:
            continue
        assert all(start <= end for _, start, end in words)
