"""Subtitles as people and programs write them, not as the standards have it."""

from __future__ import annotations

import pytest

from tests.features.transcribed import read_rows

DROVE = [("we", 1, 2), ("go", 2, 3)]
CUE = "00:00:01.000 --> 00:00:03.000\n"
LATER = "00:00:04.000 --> 00:00:06.000\n"
STAYS = [("we", 1, 2), ("go", 2, 3), ("it", 3, 4), ("is", 4, 5)]


def vtt(*blocks):
    return "WEBVTT\n\n" + "\n".join(blocks)


def captions(*cues):
    """An .srt file of cues given as start and end (s) and lines."""
    return "".join(
        f"{n}\n00:00:{start:06.3f} --> 00:00:{end:06.3f}\n".replace(".", ",")
        + "\n".join([*lines, "", ""])
        for n, (start, end, *lines) in enumerate(cues, 1)
    )


EMPTY_LINES = {
    "behind the time": vtt(CUE, "we go\n"),
    "several": vtt(CUE, "\n\n", "we go\n"),
    "of a space and of a tab": vtt(CUE + " \n\t\nwe go\n"),
    "between lines of text": vtt(CUE + "we\n", "go\n"),
    "between lines of text, several": vtt(CUE + "we\n\n", "\n", "go\n"),
    "before a comment": vtt(CUE, "we go\n", "NOTE not\nsaid\n"),
    "around a comment": vtt(CUE + "we\n", "NOTE not said\n", "go\n"),
    "before a style and a region": vtt(CUE, "we go\n", "STYLE\n::cue {}\n", "REGION\nid:a\n"),
    "before a named cue without text": vtt(CUE, "we go\n", "intro\n" + LATER),
    "before a numbered cue without text": vtt(CUE, "we go\n", "2\n" + LATER),
    "in a file from Windows": vtt(CUE, "we\n", "go\n").replace("\n", "\r\n"),
}


DOUBLED = f"1\n{CUE}we\ngo\n\n2\n{LATER}so\n".replace(".", ",")


@pytest.mark.parametrize("ends", ["\n\n", "\r\r\n"])
def test_an_empty_line_behind_every_line_makes_no_word_of_a_number(tmp_path, ends):
    content = DOUBLED.replace("\n\n", "\n").replace("\n", ends)
    assert read_rows(tmp_path, ".srt", content) == ([*DROVE, ("so", 4, 6)], [])


def test_a_number_may_be_what_is_said(tmp_path):
    content = f"1\n{CUE}7\n\n2\n{LATER}8\n".replace(".", ",")
    assert read_rows(tmp_path, ".srt", content)[0] == [("7", 1, 3), ("8", 4, 6)]


def test_webvtt_is_read_as_such_whatever_the_file_is_called(tmp_path):
    content = vtt(CUE, "we go\n", "NOTE not said\n", "intro\n" + LATER, "so\n")
    assert read_rows(tmp_path, ".srt", content) == ([*DROVE, ("so", 4, 6)], [])


@pytest.mark.parametrize("content", EMPTY_LINES.values(), ids=EMPTY_LINES)
def test_text_below_empty_lines_is_of_the_cue_above(tmp_path, content):
    assert read_rows(tmp_path, ".vtt", content) == (DROVE, [])


def test_a_note_directly_below_a_time_is_said(tmp_path):
    said = read_rows(tmp_path, ".vtt", vtt(CUE + "NOTE this\n"))[0]
    assert [text for text, *_ in said] == ["NOTE", "this"]


def test_an_srt_text_goes_on_below_empty_lines_up_to_the_next_number(tmp_path):
    content = f"1\n{CUE}\n\nwe\n\ngo\n\n2\n{LATER}\nso\n".replace(".", ",")
    assert read_rows(tmp_path, ".srt", content) == ([*DROVE, ("so", 4, 6)], [])


TIMES = {
    "fractions of one and two digits": "00:00:01,5 --> 00:00:03,25",
    "a point": "00:00:01.500 --> 00:00:03.250",
    "microseconds": "00:00:01,500000 --> 00:00:03,250000",
    "spaces inside": "00: 00: 01, 500 --> 00: 00: 03, 250",
    "spaces around its marks": "00 : 00 : 01 , 500 --> 00 : 00 : 03 , 250",
    "no hours": "00:01,500 --> 00:03,250",
    "no spaces": "00:00:01,500-->00:00:03,250",
    "many spaces, and coordinates": "  00:00:01,500   -->   00:00:03,250  X1:40 X2:60",
    "a shorter arrow": "00:00:01,500 -> 00:00:03,250",
    "an arrow that a program made nicer": "00:00:01,500 \u2013> 00:00:03,250",
}


@pytest.mark.parametrize("suffix", [".srt", ".vtt"])
@pytest.mark.parametrize("timing", TIMES.values(), ids=TIMES)
def test_a_time_may_be_written_in_many_ways(tmp_path, suffix, timing):
    assert read_rows(tmp_path, suffix, f"{timing}\nwe\n") == ([("we", 1.5, 3.25)], [])


def test_times_may_have_no_fraction(tmp_path):
    assert read_rows(tmp_path, ".srt", "1\n00:00:01 --> 00:00:03\nwe go\n") == (DROVE, [])


def test_an_arrow_between_words_is_said(tmp_path):
    words = read_rows(tmp_path, ".srt", captions((0, 4, "A --> B"), (4, 5, "go")))[0]
    assert words == [("A", 0, 0.8), ("-->", 0.8, 3.2), ("B", 3.2, 4), ("go", 4, 5)]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_other_separators_of_lines_part_words(tmp_path, separator):
    content = captions((1, 3, f"{separator}we{separator}go"))
    assert read_rows(tmp_path, ".srt", content) == (DROVE, [])


def test_the_clock_of_a_broadcast_says_nothing_about_other_media(tmp_path):
    mapped = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n"
    assert read_rows(tmp_path, ".vtt", f"{mapped}{CUE}we go\n") == (DROVE, [])


@pytest.mark.parametrize("text", ["5 < x and y > 3", "a <3 b", "{laughs} a"])
def test_only_tags_are_taken_out(tmp_path, text):
    words = read_rows(tmp_path, ".srt", captions((0, 4, f"<i>{text}</i>{{\\an8}}")))[0]
    assert " ".join(word for word, *_ in words) == text


@pytest.mark.parametrize("text", ["<a" * 50_000, "&#" + "1" * 50_000, "{\\" * 50_000])
def test_text_that_is_hardly_any_takes_no_time(tmp_path, text):
    assert len(read_rows(tmp_path, ".vtt", vtt(CUE + text))[0]) == 1


ROLLING = {  # each: we go at 1-3 s, it is at 3-5 s
    "two lines, with a flicker": [
        (1, 3, "we go"),
        (3, 3.01, "we go"),
        (3.01, 5, "we go", "it is"),
    ],
    "blank lines kept": [
        (1, 3, " ", "we go"),
        (3, 3.01, "we go", " "),
        (3.01, 5, "we go", "it is"),
    ],
    "the flicker taken out": [(1, 2.99, "we go"), (3, 5, "we go", "it is")],
    "times rounded to frames": [(1, 2.96, "we go"), (3, 5, "we go", "it is")],
    "a flicker made longer": [(1, 2, "we go"), (2, 3, "we go"), (3, 5, "we go", "it is")],
    "other spaces": [(1, 3, "we go"), (3, 5, "we   go", "it is")],
    "another case": [(1, 3, "we go"), (3, 5, "We go", "it is")],
    "other punctuation": [(1, 3, "we go"), (3, 5, "we go,", "it is")],
    "other markup": [(1, 3, "<b>we</b> go"), (3, 5, "<i>we go</i>", "it is")],
    "a dash before the speaker": [(1, 3, "- we go"), (3, 5, "- we go", "it is")],
}


@pytest.mark.parametrize("cues", ROLLING.values(), ids=ROLLING)
def test_a_line_that_rolls_up_is_said_once(tmp_path, cues):
    words = read_rows(tmp_path, ".srt", captions(*cues))[0]
    assert [text for text, *_ in words] == ["we", "go", "it", "is"]
    assert [start for _, start, _ in words] == pytest.approx([1, 2, 3, 4], abs=0.03)


def test_three_lines_that_roll_up_are_said_once(tmp_path):
    cues = (1, 2, "a b"), (2, 3, "a b", "c"), (3, 4, "a b", "c", "d"), (4, 5, "c", "d", "e")
    words = read_rows(tmp_path, ".srt", captions(*cues))[0]
    assert words == [("a", 1, 1.5), ("b", 1.5, 2), ("c", 2, 3), ("d", 3, 4), ("e", 4, 5)]


GROWING = {
    "word by word": [(1, 2, "we"), (2, 3, "we go"), (3, 4, "we go it"), (4, 5, "we go it is")],
    "in another case": [(1, 3, "we go"), (3, 4, "We go it"), (4, 5, "We go it is.")],
    "by two words": [(1, 3, "we go"), (3, 5, "we go it is")],
    "into a second line": [(1, 3, "we go"), (3, 4, "we go", "it"), (4, 5, "we go", "it is")],
    "wrapped anew": [(1, 3, "we", "go"), (3, 5, "we go", "it is")],
    "below a line that rolls off": [(1, 3, "we", "go"), (3, 5, "go", "it is")],
}


@pytest.mark.parametrize("cues", GROWING.values(), ids=GROWING)
def test_a_caption_that_grows_says_each_word_once(tmp_path, cues):
    words = read_rows(tmp_path, ".srt", captions(*cues))[0]
    assert [(text.lower().strip("."), *times) for text, *times in words] == STAYS


SAID_AGAIN = {
    "a word that begins the answer": [(1, 2, "No"), (2, 3, "No way")],
    "a line after a pause": [(1, 2, "we go"), (2.5, 3, "we go", "it is")],
    "with another mark": [(1, 2, "No."), (2, 3, "No!")],
    "a sentence, and more": [(1, 2, "I love you."), (2, 3, "I love you, too.")],
    "an order": [(1, 2, "Get out."), (2, 3, "Get out of here!")],
    "a greeting": [(1, 2, "Hello there."), (2, 3, "Hello there. Ann")],
    "a question": [(1, 2, "He is dead."), (2, 3, "He is dead?", "When?")],
}


@pytest.mark.parametrize("cues", SAID_AGAIN.values(), ids=SAID_AGAIN)
def test_what_is_said_again_counts_again(tmp_path, cues):
    words = read_rows(tmp_path, ".srt", captions(*cues))[0]
    assert len(words) == sum(len(line.split()) for _, _, *lines in cues for line in lines)


def test_what_another_speaker_repeats_counts_again(tmp_path):
    cues = captions((1, 2, "- At home."), (2, 3, "-At home?", "-Yes."))
    words = read_rows(tmp_path, ".srt", cues)[0]
    assert [
        text.strip("-") for text, *_ in words if text != "-"
    ] == "At home. At home? Yes.".split()


TALK = ["Ann Li: so", "Bob: we", "Ann Li: go", "Bob: it", "is"]


def test_names_before_most_cues_are_speakers(tmp_path):
    cues = captions(*((n, n + 1, text) for n, text in enumerate(TALK)))
    words = read_rows(tmp_path, ".srt", cues)[0]
    assert words == [("so", 0, 1), ("we", 1, 2), ("go", 2, 3), ("it", 3, 4), ("is", 4, 5)]


NO_NAMES = {
    "a few cues": TALK[:4],
    "each another one": ["Look: so", "Now: we", "Listen: go", "Then: it", "So: is"],
    "before some cues only": [*TALK, "we go", "we go"],
    "small letters": [text.lower() for text in TALK],
}


@pytest.mark.parametrize("lines", NO_NAMES.values(), ids=NO_NAMES)
def test_what_stands_before_a_colon_may_be_said(tmp_path, lines):
    cues = captions(*((2 * n, 2 * n + 1, text) for n, text in enumerate(lines)))
    words = read_rows(tmp_path, ".srt", cues)[0]
    assert [text for text, *_ in words] == " ".join(lines).split()
