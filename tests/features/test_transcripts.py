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
HUGE = "1" + "0" * 400  # no float is as large


def captions(*cues, kind="vtt"):
    """Subtitles of cues given as "mm:ss.mmm mm:ss.mmm" and lines."""
    text = "" if kind == "srt" else "WEBVTT\nKind: captions\nLanguage: en\n\n"
    for number, (times, *lines) in enumerate(cues, 1):
        start, end = (f"00:{time}" for time in times.split())
        if kind == "srt":
            text += f"{number}\n{start} --> {end}\n".replace(".", ",")
        else:
            text += f"{start} --> {end} align:start position:0%\n"
        text += "\n".join(lines) + "\n\n"
    return text


ROLLING = (  # as YouTube writes what it hears: two lines are seen, the upper one was said before
    ("00:00.000 00:02.000", " ", "so<00:00:00.500><c> this</c><00:00:01.000><c> is</c>"),
    ("00:02.000 00:02.010", "so this is", " "),
    (
        "00:02.010 00:04.500",
        "so this is",
        "a<00:00:02.400><c> rolling</c><00:00:03.000><c> one</c>",
    ),
    ("00:04.500 00:04.510", "a rolling one", " "),
    ("00:04.510 00:06.000", "a rolling one", "yes<00:00:05.000><c> it&#39;s</c>"),
)
MEASURED = [
    ("so", 0, 0.5, False),
    ("this", 0.5, 1, False),
    ("is", 1, 2, False),
    ("a", 2.01, 2.4, False),
    ("rolling", 2.4, 3, False),
    ("one", 3, 4.5, False),
    ("yes", 4.51, 5, False),
    ("it's", 5, 6, False),
]
PLAIN = (  # the same, made into .srt: no times are left inside
    ("00:00.000 00:02.000", "", "abc de"),
    ("00:02.000 00:02.500", "abc de", ""),
    ("00:02.500 00:04.000", "abc de", "f"),
    ("00:04.000 00:04.500", "f", ""),
    ("00:04.500 00:06.000", "f", "gh"),
)


def test_a_clip_without_a_transcript_has_none():
    assert build()(Path("clip.mp4"), None) is None


@pytest.mark.parametrize(
    "suffix", [".srt", ".vtt", ".ass", ".json", ".TextGrid", ".ctm", ".csv", ".tsv"]
)
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
    "karaoke times": (  # somebody has measured them, so the words are not spread
        ".vtt",
        VTT.replace("ab cdef", "ab<00:01.000> <00:02.000><c>cdef</c>"),
        [("ab", 0, 1, False), ("cdef", 2, 6, False)],
    ),
    "times with hours, before a word and behind the last": (
        ".vtt",
        VTT.replace("ab cdef", "<00:00:01.000>ab <00:00:02.000>cdef<00:00:05.000>"),
        [("ab", 1, 2, False), ("cdef", 2, 5, False)],
    ),
    "several words between two times share what lies between": (
        ".vtt",
        VTT.replace("ab cdef", "ab\ncdef<00:03.000> gh"),
        [("ab", 0, 1, True), ("cdef", 1, 3, True), ("gh", 3, 6, False)],
    ),
    "a time between syllables is not that of a word": (
        ".vtt",
        VTT.replace("ab cdef", "ab <00:02.000>c<00:03.000>d<00:04.000>ef"),
        [("ab", 0, 2, False), ("cdef", 2, 6, False)],
    ),
    "a time before a change of speaker": (
        ".vtt",
        VTT.replace("ab cdef", "ab\n<00:02.000>- cdef"),
        [("ab", 0, 2, False), ("cdef", 2, 6, False)],
    ),
    "times that fall": (".vtt", VTT.replace("ab", "<00:04.000>ab<00:02.000>"), AB_CDEF),
    "times of another cue": (".vtt", VTT.replace("ab", "<00:07.000>ab<00:09.000>"), AB_CDEF),
    "times that are none": (".vtt", VTT.replace("ab", "ab<00:61.000><3><0:2.0>"), AB_CDEF),
    "what an entity spells is no time": (
        ".vtt",
        VTT.replace("ab cdef", "a &lt;00:02.000&gt;"),
        [("a", 0, 0.5, True), ("<00:02.000>", 0.5, 6, True)],
    ),
    "what looks like our own mark is no time": (
        ".vtt",
        VTT.replace("ab cdef", "a\0005\0b"),
        [("a\ufffd5\ufffdb", 0, 6, True)],
    ),
    "rolling captions": (".vtt", captions(*ROLLING), MEASURED),
    "rolling captions out of order": (
        ".vtt",
        captions(*ROLLING[::-1]),
        MEASURED,
    ),
    "rolling captions that overlap": (
        ".vtt",
        captions(*((times[:10] + "00:06.000", *lines) for times, *lines in ROLLING[::2])),
        [
            *MEASURED[:2],
            ("is", 1, 2.01, False),
            *MEASURED[3:5],
            ("one", 3, 4.51, False),
            *MEASURED[6:],
        ],
    ),
    "rolling captions without times inside": (
        ".srt",
        captions(*PLAIN, kind="srt"),
        [
            ("abc", 0, 1.5, True),  # 3 of 5 letters in the 2.5 s until something new is said
            ("de", 1.5, 2.5, True),
            ("f", 2.5, 4.5, True),
            ("gh", 4.5, 6, True),
        ],
    ),
    "a line said again below itself": (
        ".vtt",
        captions(("00:00.000 00:02.000", " ", "no"), ("00:02.000 00:04.000", "no", "no")),
        [("no", 0, 2, True), ("no", 2, 4, True)],
    ),
    "a line said again at times of its own": (
        ".vtt",
        captions(
            ("00:00.000 00:02.000", "la<00:01.000> la"), ("00:02.000 00:04.000", "la<00:03.000> la")
        ),
        [("la", n, n + 1, False) for n in range(4)],
    ),
    "a line that stays with its times": (
        ".vtt",
        captions(
            ("00:00.000 00:02.000", "so<00:01.000> this"),
            ("00:02.000 00:04.000", "so<00:01.000> this", "is<00:03.000> it"),
        ),
        [(text, n, n + 1, False) for n, text in enumerate(("so", "this", "is", "it"))],
    ),
    "a line that stays, and comes back over another": (
        ".srt",
        captions(
            ("00:00.000 00:02.000", "ab"),
            ("00:02.000 00:04.000", "<i>ab</i>", "cd"),
            ("00:04.000 00:06.000", "ab", "ef"),
            kind="srt",
        ),
        [("ab", 0, 2, True), ("cd", 2, 4, True), ("ab", 4, 5, True), ("ef", 5, 6, True)],
    ),
    "each word underlined in a cue of its own": (  # as Whisper does when told to highlight words
        ".vtt",
        captions(
            ("00:00.000 00:01.000", "<u>ab</u> cdef"), ("00:01.000 00:06.000", "ab <u>cdef</u>")
        ),
        AB_CDEF,
    ),
    "a line sung again below another": (
        ".srt",
        captions(
            ("00:00.000 00:02.000", "so", "be"), ("00:02.000 00:05.000", "no", "be"), kind="srt"
        ),
        [("so", 0, 1, True), ("be", 1, 2, True), ("no", 2, 3.5, True), ("be", 3.5, 5, True)],
    ),
    "the same from another speaker": (
        ".srt",
        captions(
            ("00:00.000 00:02.000", "- So?", "- Yes"), ("00:02.000 00:04.000", "- Yes"), kind="srt"
        ),
        [("So?", 0, 1, True), ("Yes", 1, 2, True), ("Yes", 2, 4, True)],
    ),
    "a line of a space or a tab ends a cue, too": (
        ".vtt",
        VTT + " \n2\n00:06.000 --> 00:07.000\ng\n\t\nNOTE this is not said\n",
        [*AB_CDEF, ("g", 6, 7, True)],
    ),
    "the same cue again, without a break": (  # as Whisper's own subtitles have them
        ".srt",
        captions(("00:00.000 00:01.000", "No."), ("00:01.000 00:02.000", "No."), kind="srt"),
        [("No.", 0, 1, True), ("No.", 1, 2, True)],
    ),
    "a flicker of the same cue": (
        ".srt",
        captions(
            ("00:00.000 00:01.000", "No."),
            ("00:01.000 00:01.010", "No."),
            ("00:01.010 00:02.000", "No.", "Yes."),
            kind="srt",
        ),
        [("No.", 0, 1.01, True), ("Yes.", 1.01, 2, True)],
    ),
    "two people who say the same, one after the other": (
        ".srt",
        captions(("00:00.000 00:01.000", "No!"), ("00:01.001 00:02.000", "No!"), kind="srt"),
        [("No!", 0, 1, True), ("No!", 1.001, 2, True)],
    ),
    "commas in vtt": (".vtt", VTT.replace(".000", ",000"), AB_CDEF),
    "hundredths in vtt": (
        ".vtt",
        VTT.replace("06.000", "06.50"),
        [("ab", 0, 6.5 / 3, True), ("cdef", 6.5 / 3, 6.5, True)],
    ),
    "an srt cue goes on below an empty line": (
        ".srt",
        SRT.replace("ab cdef", "ab\n\n \ncdef"),
        AB_CDEF,
    ),
    "srt in UTF-16": (
        ".srt",
        SRT.replace("ab", "é!").encode("utf-16"),
        [("é!", 0, 2, True), *AB_CDEF[1:]],
    ),
    "vtt in UTF-16, large end first": (".vtt", ("\ufeff" + VTT).encode("utf-16-be"), AB_CDEF),
    "csv in UTF-16": (".csv", "word,start,end\r\né,1,2\r\n".encode("utf-16"), [("é", 1, 2, False)]),
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
    "overlapping segments are cut, not shuffled": (
        ".json",
        [{"start": 5, "end": 8, "text": "ab cd"}, {"start": 6, "end": 9, "text": "ef gh"}],
        [("ab", 5, 5.5, True), ("cd", 5.5, 6, True), ("ef", 6, 7.5, True), ("gh", 7.5, 9, True)],
    ),
    "overlapping segments of words without times": (
        ".json",
        [
            {"start": 5, "end": 8, "words": [{"word": "ab"}, {"word": "cd"}]},
            {"start": 6, "end": 9, "words": [{"word": "ef"}, {"word": "gh"}]},
        ],
        [("ab", 5, 5.5, True), ("cd", 5.5, 6, True), ("ef", 6, 7.5, True), ("gh", 7.5, 9, True)],
    ),
    "a segment without times of words ends where one with them begins": (
        ".json",
        [
            {"start": 0, "end": 4, "text": "x y"},
            {"start": 0.5, "end": 3, "words": [TIMED, {"word": "z", "start": 2, "end": 3}]},
        ],
        [("x", 0, 0.5, True), ("y", 0.5, 1, True), ("ab", 1, 2, False), ("z", 2, 3, False)],
    ),
    "segments that begin together share their time": (
        ".json",
        {
            "segments": [
                {"start": 0, "end": 5, "text": "ab"},
                {"start": 0, "end": 6, "text": "cdef"},
            ]
        },
        AB_CDEF,
    ),
    "a long number that is no time": (".json", f'{{"id": {HUGE * 20}, "words": []}}', []),
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
        "n1 A 1 ab\n",
        "line 1: expected 'recording channel start duration word', got 'n1 A 1 ab'",
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
    "cut-off UTF-16": (".csv", ROWS.encode("utf-16")[:-1], "begins as UTF-16, but byte 30 is 0x0a"),
    "Windows-1252 behind a mark": (
        ".csv",
        b"\xef\xbb\xbf\xe9",
        "must be UTF-8, but byte 3 is 0xe9",
    ),
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
        segment(words=[{**TIMED, "end": 0}]),
        "segments[0].words[0]: 'ab' ends at 0.0 s, before its start 1.0 s",
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
    "a whole number larger than all floats": (
        ".json",
        f'[{{"word": "ab", "start": 1, "end": {HUGE}}}]',
        "[0]: end of 'ab' must be 0 s or later, got inf",
    ),
    "a whole number longer than Python reads": (
        ".json",
        f'[{{"word": "ab", "start": {HUGE * 20}, "end": 1}}]',
        "[0]: start of 'ab' must be 0 s or later, got inf",
    ),
    "a segment that never ends": (
        ".json",
        f'[{{"text": "a b", "start": 1, "end": {HUGE}}}]',
        "[0]: end of 'the segment' must be 0 s or later, got inf",
    ),
    "a word without text": (
        ".json",
        [{"start": 1, "end": 2}],
        '[0]: expected {"word", "start", "end"}',
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
        "interval 1: 'a' ends at 1.0 s, before its start 2.0 s",
    ),
    "no TextGrid": (".TextGrid", "hello", "not a TextGrid Praat would write: "),
    "Latin-1 TextGrid": (
        ".TextGrid",
        textgrid((0, 1, "é")).encode("latin-1"),
        "must be UTF-8, but byte ",
    ),
    "no header": (
        ".csv",
        "ab,1,2\n",
        "line 1: expected the header word,start,end or start,end,text, got 'ab,1,2'",
    ),
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
        ROWS + "ab,2,1\n",
        "line 2: 'ab' ends at 1.0 s, before its start 2.0 s",
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
