"""Transcript files -> timed words."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from features.transcripts.sidecar import TranscriptError, build
from features.words import Word, from_json, to_json

MEDIA = Path(__file__).parents[2].parent / "shared" / "media"


@pytest.fixture
def read(tmp_path):
    def write(suffix, content):
        file = tmp_path / f"clip{suffix}"
        if not isinstance(content, str | bytes):
            content = json.dumps(content)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        words = build()(tmp_path / "clip.mp4", file)
        assert words is not None
        return [(word.text, word.start, word.end, word.spread) for word in words]

    return write


def textgrid(*intervals, tier="words", size=None):
    """A short-form TextGrid with one tier."""
    rows = [f'{start}\n{end}\n"{text}"' for start, end, text in intervals]
    head = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "0", "9", "<exists>", "1"]
    return "\n".join(
        [*head, '"IntervalTier"', f'"{tier}"', "0", "9", str(size or len(rows)), *rows, ""]
    )


SRT = "1\n00:00:00,000 --> 00:00:06,000\nab cdef\n"
VTT = "WEBVTT\n\n00:00.000 --> 00:06.000 align:start\nab cdef\n"
AB_CDEF = [("ab", 0, 2, True), ("cdef", 2, 6, True)]  # 2 and 4 letters share 6 s
TIMED = {"word": "ab", "start": 1, "end": 2}


def test_a_clip_without_a_transcript_has_none():
    assert build()(Path("clip.mp4"), None) is None


@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".json", ".TextGrid", ".ctm", ".csv"])
@pytest.mark.parametrize("content", ["", "\n", "\ufeff"])
def test_an_empty_transcript_says_that_nobody_spoke(read, suffix, content):
    assert read(suffix, content) == []


READ = {
    "srt": (".srt", SRT, AB_CDEF),
    "srt from Windows": (".SRT", "\ufeff" + SRT.replace("\n", "\r\n"), AB_CDEF),
    "vtt": (".vtt", VTT, AB_CDEF),
    "vtt without a cue": (".vtt", "WEBVTT\n", []),
    "tags": (
        ".srt",
        SRT.replace("ab cdef", r"<i>ab</i> {\an8}<font color=red>cdef</font>"),
        AB_CDEF,
    ),
    "entities": (".vtt", VTT.replace("ab", "a&amp;"), [("a&", 0, 2, True), ("cdef", 2, 6, True)]),
    "a speaker's voice tag": (".vtt", VTT.replace("ab cdef", "<v Ann>ab cdef"), AB_CDEF),
    "karaoke times": (
        ".vtt",
        VTT.replace("ab cdef", "ab<00:01.000> <00:02.000><c>cdef</c>"),
        AB_CDEF,
    ),
    "notes and names are not said": (
        ".vtt",
        VTT.replace("WEBVTT\n", "WEBVTT\n\nNOTE first\n\nintro") + "\nNOTE second\n",
        AB_CDEF,
    ),
    "a change of speaker is not said": (".srt", SRT.replace("ab cdef", "- ab\n- cdef"), AB_CDEF),
    "a last line of digits is said": (
        ".srt",
        SRT.replace("ab cdef", "ab\n1984"),
        [("ab", 0, 2, True), ("1984", 2, 6, True)],
    ),
    "a number is not said": (
        ".srt",
        SRT + "\n2\n00:00:06,000 --> 00:00:07,000\ng\n",
        [*AB_CDEF, ("g", 6, 7, True)],
    ),
    "an empty cue": (
        ".srt",
        "1\n00:00:00,000 --> 00:00:01,000\n\n" + SRT.replace("1\n", "2\n", 1),
        AB_CDEF,
    ),
    "overlapping cues are cut, not shuffled": (
        ".srt",
        SRT + "\n2\n00:00:03,000 --> 00:00:07,000\ngh\n",
        [("ab", 0, 1, True), ("cdef", 1, 3, True), ("gh", 3, 7, True)],
    ),
    "cues that begin together share their time": (
        ".srt",
        SRT.replace("ab cdef", "ab") + "\n2\n00:00:00,000 --> 00:00:05,000\ncdef\n",
        AB_CDEF,
    ),
    "cues out of order": (
        ".srt",
        "2\n00:00:08,000 --> 00:00:09,000\ng\n\n" + SRT,
        [*AB_CDEF, ("g", 8, 9, True)],
    ),
    "whisper": (
        ".json",
        {
            "segments": [
                {
                    "start": 0,
                    "end": 6,
                    "text": " ab cdef",
                    "words": [
                        {"word": " ab", "start": 1.5, "end": 2},
                        {"word": " cdef", "start": 2, "end": 3},
                    ],
                }
            ]
        },
        [("ab", 1.5, 2, False), ("cdef", 2, 3, False)],
    ),
    "segments without words": (
        ".json",
        {"segments": [{"start": 0, "end": 6, "text": " ab cdef"}]},
        AB_CDEF,
    ),
    "a list of segments": (".json", [{"start": 0, "end": 6, "text": " ab cdef"}], AB_CDEF),
    "words beside segments": (
        ".json",
        {"segments": [{"start": 0, "end": 6, "text": "ab"}], "words": [TIMED]},
        [("ab", 1, 2, False)],
    ),
    "a list of words": (
        ".json",
        [TIMED, {"text": "c", "start": 2, "end": 3}],
        [("ab", 1, 2, False), ("c", 2, 3, False)],
    ),
    "no segments": (".json", {"text": "", "segments": []}, []),
    "words without times between neighbours": (
        ".json",
        [TIMED, {"word": "20"}, {"word": "3000"}, {"word": "z", "start": 5, "end": 6}],
        [("ab", 1, 2, False), ("20", 2, 3, True), ("3000", 3, 5, True), ("z", 5, 6, False)],
    ),
    "words without times at the ends of a segment": (
        ".json",
        {"segments": [{"start": 0, "end": 9, "words": [{"word": "x"}, TIMED, {"word": "y"}]}]},
        [("x", 0, 1, True), ("ab", 1, 2, False), ("y", 2, 9, True)],
    ),
    "textgrid": (
        ".TextGrid",
        textgrid((0, 1, ""), (1, 2, "ab"), (2, 3, "sil"), (3, 4, "c")),
        [("ab", 1, 2, False), ("c", 3, 4, False)],
    ),
    "another case of the tier": (
        ".textgrid",
        textgrid((1, 2, "ab"), tier="Word"),
        [("ab", 1, 2, False)],
    ),
    "textgrid in UTF-16": (
        ".TextGrid",
        textgrid((1, 2, "é")).encode("utf-16"),
        [("é", 1, 2, False)],
    ),
    "ctm": (
        ".ctm",
        ";; made by hand\nn1 A 1 1 ab\nn1 B 2.5 0.5 c 0.93\n\nn1 1 3 0.2 <eps>\n",
        [("ab", 1, 2, False), ("c", 2.5, 3, False)],
    ),
    "ctm out of order": (
        ".CTM",
        "n1 A 2 1 c 0.9 lex\nn1 A 1 1 ab 1.0 lex\n",
        [("ab", 1, 2, False), ("c", 2, 3, False)],
    ),
    "csv": (
        ".csv",
        '\ufeffword,start,end\r\nab,1,2\r\n"well, ",2,3\r\n',
        [("ab", 1, 2, False), ("well,", 2, 3, False)],
    ),
    "a csv row without times": (
        ".csv",
        "word,start,end\nab,1,2\nx,,\nc,3,4\n",
        [("ab", 1, 2, False), ("x", 2, 3, True), ("c", 3, 4, False)],
    ),
    "overlapping words are cut, none is lost": (
        ".csv",
        "word,start,end\nb,2,4\na,1,3\nc,2,5\n",
        [("a", 1, 2, False), ("b", 2, 2, False), ("c", 2, 5, False)],
    ),
}


@pytest.mark.parametrize("suffix, content, words", READ.values(), ids=READ)
def test_words_and_times_are_read(read, suffix, content, words):
    assert read(suffix, content) == words


def segment(**changes):
    return {"segments": [{"start": 0, "end": 6, "text": "ab", **changes}]}


ROWS = "word,start,end\n"
BROKEN = {
    "a ctm line of four fields": (
        ".ctm",
        "n1 A 1 1 ab\nn1 A 1 ab\n",
        "line 2: expected 'recording channel start duration word', got 'n1 A 1 ab'",
    ),
    "a word for a duration": (".ctm", "n1 A 1 ab 1\n", "line 1: start and duration must be sec"),
    "a negative duration": (".ctm", "n1 A 1 -1 ab\n", "line 1: 'ab' ends at 0.0 s, before its"),
    "words of two recordings": (
        ".ctm",
        "n1 A 1 1 ab\nn2 A 1 1 c\n",
        "expected the words of one recording, got those of n1, n2; write a file for each clip",
    ),
    "alternative words": (".ctm", "n1 A * * <ALT_BEGIN>\n", "line 1: alternative words; keep one"),
    "no such format": (".txt", "hello", "no reader for '.txt'; there are: .srt, "),
    "plain text as subtitles": (
        ".srt",
        "hello\n",
        "no cue in it; expected lines like '00:00:01,000",
    ),
    "a reversed cue": (
        ".srt",
        SRT.replace("06", "00").replace("00:00:00,000 -", "00:00:04,000 -"),
        "line 2: the cue ends at 0.0 s, before its start 4.0 s",
    ),
    "half a cue time": (
        ".srt",
        SRT.replace("00:00:06,000", "?"),
        "line 2: expected a time like '00",
    ),
    "a negative cue time": (".srt", SRT.replace("1\n00", "1\n-00"), "line 2: expected a time like"),
    "a hundred hours": (
        ".srt",
        SRT.replace("00:00:06", "100:00:06"),
        "line 2: expected a time like",
    ),
    "commas in vtt": (".vtt", VTT.replace("00.000", "00,000"), "line 3: expected a time like '00"),
    "Windows-1252": (".srt", SRT.encode() + b"caf\xe9", "must be UTF-8, but byte 43 is 0xe9"),
    "not JSON": (".json", '{"segments": [', "not JSON: Expecting value: line 1 column 15"),
    "other JSON": (
        ".json",
        {"result": 1},
        '"end"}]}]}, {"words": [...]} or a list of either, got result',
    ),
    "a JSON number": (".json", "3", "got int"),
    "segments that are none": (
        ".json",
        {"segments": {"a": 1}},
        "segments: expected a list, got {'a': 1}",
    ),
    "a segment that is none": (".json", {"segments": ["hi"]}, "segments[0]: expected an object"),
    "a segment without times": (
        ".json",
        segment(end=None),
        "segments[0]: 'ab' needs start and end",
    ),
    "a reversed segment": (
        ".json",
        segment(start=7),
        "segments[0]: 'the segment' ends at 6.0 s, before",
    ),
    "a negative segment": (
        ".json",
        segment(start=-1),
        "segments[0]: start of 'the segment' must be 0 s",
    ),
    "a text for a time": (
        ".json",
        [{**TIMED, "start": "1"}],
        "[0]: start must be a number of seconds, got '1'",
    ),
    "a reversed word": (
        ".json",
        segment(words=[TIMED, {**TIMED, "end": 0}]),
        "segments[0].words[1]: 'ab' ends at 0.0 s, before its start 1.0 s",
    ),
    "half a word's time": (
        ".json",
        [{"word": "ab", "start": 1}],
        "[0]: 'ab' needs start and end, or neither",
    ),
    "a time that is none": (
        ".json",
        '[{"word": "ab", "start": NaN, "end": 1}]',
        "[0]: start of 'ab' must be",
    ),
    "a word without text": (
        ".json",
        [{"start": 1, "end": 2}],
        '[0]: expected {"word", "start", "end"}',
    ),
    "no time to spread to": (
        ".json",
        [TIMED, {"word": "x"}],
        "[1]: 'x' has no time, nor a time after it",
    ),
    "no time at all": (".json", [{"word": "x"}], "[0]: 'x' has no time, nor a time before it"),
    "no words tier": (
        ".TextGrid",
        textgrid((0, 1, "AH"), tier="phones"),
        "expected one tier named 'words' or 'word', got the tiers 'phones'",
    ),
    "a cut-off TextGrid": (
        ".TextGrid",
        textgrid((0, 1, "a"), size=7),
        "announces 7 intervals and holds 1",
    ),
    "a reversed interval": (
        ".TextGrid",
        textgrid((2, 1, "a")),
        "not a TextGrid Praat would write: ",
    ),
    "no TextGrid": (".TextGrid", "hello", "not a TextGrid Praat would write: "),
    "Latin-1 TextGrid": (
        ".TextGrid",
        textgrid((0, 1, "é")).encode("latin-1"),
        "must be UTF-8, but byte ",
    ),
    "no header": (".csv", "ab,1,2\n", "line 1: expected the header word,start,end, got 'ab,1,2'"),
    "semicolons": (".csv", "word;start;end\n", "; separate columns with commas"),
    "an unquoted comma": (
        ".csv",
        ROWS + "well,,1,2\n",
        "line 2: expected 3 fields, got 4; a comma inside",
    ),
    "a word for a time": (
        ".csv",
        ROWS + "ab,one,2\n",
        "line 2: start must be a number of seconds, got 'one'",
    ),
    "an empty word": (".csv", ROWS + ",1,2\n", "line 2: the word is empty"),
    "a reversed row": (
        ".csv",
        ROWS + "a,0,1\nab,2,1\n",
        "line 3: 'ab' ends at 1.0 s, before its start 2.0 s",
    ),
    "an open quote": (".csv", ROWS + '"ab,1,2\n', "clip.csv line 2: "),
}


@pytest.mark.parametrize("suffix, content, message", BROKEN.values(), ids=BROKEN)
def test_a_broken_transcript_is_named_with_its_place(read, tmp_path, suffix, content, message):
    with pytest.raises(TranscriptError) as failure:
        read(suffix, content)
    assert str(failure.value).startswith(str(tmp_path / "clip"))
    assert message in str(failure.value)


def test_words_survive_json():
    words = [Word("ab", 0.1, 0.2, False), Word("é", 0.2, 0.2, True)]
    assert from_json(json.loads(json.dumps(to_json(words)))) == words


@pytest.mark.parametrize(
    "row, message",
    [
        ({"text": "a", "start": 2, "end": 1, "spread": False}, "word 0 .*ends at 1 s, before"),
        ({"text": " ", "start": 0, "end": 1, "spread": False}, "must have text"),
        ({"text": "a", "start": float("inf"), "end": 1, "spread": False}, "must be 0 s or later"),
        ({"text": "a", "start": True, "end": 1, "spread": False}, "must be seconds, got True"),
        ({"text": "a", "start": 0, "end": 1, "spread": 0}, "spread of 'a' must be true or false"),
        ({"text": "a", "start": 0, "end": 1}, "missing 1 required .*'spread'"),
    ],
)
def test_what_is_no_word_is_refused(row, message):
    with pytest.raises(ValueError, match=message):
        from_json([row])


@pytest.mark.skipif(not MEDIA.is_dir(), reason="needs ../shared/media")
def test_a_real_forced_alignment_is_read():
    words = build()(MEDIA / "acoustic_corpus.wav", MEDIA / "acoustic_corpus.TextGrid")
    assert words is not None
    assert words[0] == Word("this", 1.05, 1.2, False)
    assert words[-1] == Word("thanks", 24.95, 25.25, False)
    assert len(words) == 58
    assert all(a.end <= b.start for a, b in pairwise(words))
