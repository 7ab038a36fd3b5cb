"""What is written in a transcript and said by nobody."""
# ruff: noqa: RUF001  # brackets that look like those of Latin are tried, too

from __future__ import annotations

import json

import pytest

from features.non_speech import summary
from features.splitting import words_in
from features.transcripts.formats.sounds import told_apart
from features.transcripts.formats.untimed import plain, untimed
from features.transcripts.sidecar import build
from features.words import Word, count_sounds, keep_words, read_words, spread

SRT = "1\n00:00:00,000 --> 00:00:06,000\n{}\n"


def told(text, aligned=False):
    """The words of a text that are spoken, and the sounds."""
    found = told_apart(spread(words_in(text), 0.0, 9.0), aligned, keep=False)
    return [w.text for w in found if w.speech], [w.text for w in found if not w.speech]


SOUNDS = [
    "[Music]", "[BLANK_AUDIO]", "[upbeat music playing]", "[ Silence ]", "[]", "[SPEAKER_00]:",
    "(applause)", "(speaks in French)", "( laughs )", "((laughs))", "（热烈的掌声）", "【音乐】",
    "{laughter}", "<unk>", "<lachen>", "<usb>", "<NOISE>", "<|nospeech|>", "</s>", "*laughs*",
    "*sighs softly*", "++breath++", "&=laughs", "♪", "♫", "🎵", ">>", ">> ANN:", "SPEAKER_01:",
    ">> JOHN SMITH:", "(crowd cheering in the distance)", "(unclear)",
]  # fmt: skip
WORDS = [
    "(we have never been there)", "(1984)", "(a)", "word(s)", "f*** s***", "*really*", "I <3 you",
    "3 < 4 > 2", "<00:02.000>", "%hesitation", "uh", "John:", "[open", "open]", "C++ a++b",
    "{a b c d e}", "(when I heard the music I cried)", "xxx",
    "spn", "sil", "br", "sp", "#", "-", "...",
]  # fmt: skip


@pytest.mark.parametrize("text", SOUNDS)
def test_a_sound_is_told_from_the_words_around_it(text):
    assert told(f"so {text} we") == (["so", "we"], [text])
    assert told(f"so{text} we")[0][0] == "so" or text[0] in ">*+&S"


@pytest.mark.parametrize("text", WORDS)
def test_what_may_be_said_is_left(text):
    assert told(f"so {text} we") == (["so", *words_in(text), "we"], [])


def test_a_word_before_a_colon_may_be_said_behind_a_change_of_speaker():
    assert told(">> Look: there") == (["Look:", "there"], [">>"])


@pytest.mark.parametrize("unseen", ["\u200b", "\u200f", "\ufeff", "\u2060", "\u00ad\u200e"])
def test_what_nobody_sees_is_no_word(unseen):
    assert told(f"so {unseen} we") == (["so", "we"], [])


def test_sounds_in_a_text_without_times_are_told(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("[00:00.000 --> 00:02.000] ab cd [Music]")
    assert [word.text for word in plain(file, 4.0) or []] == ["ab", "cd"]
    assert texts(untimed("ab [Music]", 4.0), speech=False) == ["[Music]"]
    assert texts(untimed("ab [Music]", 4.0, keep_sounds=True)) == ["ab", "[Music]"]
    file.write_text(" \n")
    assert plain(file, 4.0) is None


def test_lyrics_are_words_and_notes_are_not():
    assert told("♪ we all live ♪ *♪*") == (["we", "all", "live"], ["♪", "♪"])
    assert told("♪we live♪") == (["we", "live"], ["♪", "♪"])


def test_what_is_left_of_a_word_is_a_word_if_it_has_a_letter():
    assert told("[Music]. well[noise], so[laughs]far (laughs)-")[0] == ["well,", "so far"]


def test_what_is_in_no_bracket_is_a_noise_with_aligners_only():
    noises = "spn NSN lau br ns xxx yyy. www"
    assert told(noises, aligned=True) == ([], noises.split())
    assert told(noises) == (noises.split(), [])


def test_round_brackets_of_annotators_are_about_words_they_are_not_sure_of():
    text = "(maybe) (laughs) ((we drove)) ((coughs loudly))"
    words, sounds = told(text, aligned=True)
    assert words == ["(maybe)", "((we", "drove))", "((coughs", "loudly))"]
    assert sounds == ["(laughs)"]


def test_a_sound_has_the_time_of_all_its_words_and_cuts_no_word():
    words = [Word("so", 0, 4, False), Word("[door", 1, 2, False), Word("slams]", 2, 3, False)]
    assert told_apart(words, aligned=False, keep=False) == [
        Word("so", 0, 4, False),
        Word("[door slams]", 1, 3, False, speech=False),
    ]


def test_a_text_of_nothing_but_openings_is_read_at_once():
    for text in ("[" * 99_999, "( " * 50_000, "* " * 50_000, "♪ " * 50_000, "<a " * 50_000):
        assert told_apart([Word(text, 0, 1, False)], aligned=False, keep=False)


@pytest.fixture
def read(tmp_path):
    def write(suffix, content, **options):
        (tmp_path / f"clip{suffix}").write_text(content)
        return build(**options).read(tmp_path / f"clip{suffix}").words

    return write


def texts(words, speech=True):
    return [word.text for word in words if word.speech == speech]


def test_sounds_of_every_kind_of_file_are_told(read):
    segment = {"start": 0, "end": 4, "text": " [Music] so (laughs)"}
    for suffix, content in {
        ".srt": SRT.format("[Music]\nso (laughs)"),
        ".vtt": "WEBVTT\n\n00:00.000 --> 00:06.000\n[Music] so (laughs)\n",
        ".json": json.dumps({"segments": [segment]}),
        ".csv": "word,start,end\n[Music],0,1\nso,1,2\n(laughs),2,3\n",
        ".ctm": "a A 0 1 [Music]\na A 1 1 so\na A 2 1 (laughs)\na A 3 1 sil\n",
    }.items():
        assert texts(read(suffix, content)) == ["so"], suffix
        assert texts(read(suffix, content), speech=False) == ["[Music]", "(laughs)"], suffix


def test_a_group_in_brackets_goes_over_the_lines_of_a_cue(read):
    words = read(".srt", SRT.format("so [door\nslams]"))
    assert (texts(words), texts(words, speech=False)) == (["so"], ["[door slams]"])


def test_sounds_may_be_kept_as_words(read, tmp_path):
    words = read(".srt", SRT.format("[Music] so"), keep_sounds=True)
    assert texts(words) == ["[Music]", "so"]
    assert build(keep_sounds=True)(None, tmp_path / "clip.srt") == words


def test_where_there_are_only_sounds_nobody_speaks(read, tmp_path):
    record = keep_words("clip", "source", read(".srt", SRT.format("[Music] ♪ [Music]")))
    assert build()(None, tmp_path / "clip.srt") == []
    assert read_words(record) == []
    assert count_sounds(record) == {"[Music]": 2, "♪": 1}


def test_a_summary_names_the_most_frequent_sounds():
    end = " (transcripts.options.keep_sounds: true keeps it)"
    said = summary({"spn": 3, "[Music]": 12})
    assert said == "left out as no speech: 12 x [Music], 3 x spn" + end
    assert summary({}) == ""
    many = summary({f"[{i}]": 1 for i in range(11)})
    assert many.count(" x ") == 8 and " and 3 more kinds" in many
