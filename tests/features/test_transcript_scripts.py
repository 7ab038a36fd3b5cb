"""Transcripts in languages that put no spaces between words."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from features.language import foreign, language
from features.transcripts.formats.untimed import plain
from features.transcripts.sidecar import build
from tests.features import written
from tests.repo import MEDIA

CASE = MEDIA.parent / "cases" / "chinese" / "transcripts" / "talk.srt"


@pytest.fixture
def read(tmp_path):
    def write(suffix, content):
        file = tmp_path / f"clip{suffix}"
        file.write_text(content, encoding="utf-8")
        words = build()(None, file)
        assert words is not None
        return [(word.text, word.start, word.end, word.spread) for word in words]

    return write


WE_YESTERDAY = [("我们", 0, 2, True), ("昨天", 2, 4, True)]


def test_the_words_of_a_cue_share_its_time(read):
    assert read(".srt", "1\n00:00:00,000 --> 00:00:04,000\n我们昨天\n") == WE_YESTERDAY


def test_the_words_of_segments_share_their_time(read):
    segment = {"start": 0, "end": 4, "text": "我们昨天"}
    assert read(".json", json.dumps({"segments": [segment]})) == WE_YESTERDAY
    assert read(".json", json.dumps([segment])) == WE_YESTERDAY


def test_the_characters_that_a_recogniser_has_timed_stay_as_they_are(read):
    words = [{"word": letter, "start": i, "end": i + 1} for i, letter in enumerate("我们昨")]
    found = read(".json", json.dumps({"words": words}))
    assert found == [(letter, i, i + 1, False) for i, letter in enumerate("我们昨")]


def test_times_inside_a_cue_part_its_words(read):
    cue = "WEBVTT\n\n00:00.000 --> 00:04.000\n我<00:00:01.000>们<00:00:02.000>昨天去 了\n"
    assert read(".vtt", cue) == [
        ("我", 0, 1, False),
        ("们", 1, 2, False),
        ("昨天", 2, 3, True),
        ("去", 3, 3.5, True),
        ("了", 3.5, 4, True),
    ]


def test_a_text_without_times_is_spread_over_the_clip(tmp_path):
    (tmp_path / "clip.txt").write_text("我们昨天\n", encoding="utf-8")
    words = plain(tmp_path / "clip.txt", 4.0)
    assert words and [(word.text, word.start) for word in words] == [("我们", 0), ("昨天", 2)]


@pytest.mark.skipif(not CASE.is_file(), reason="needs ../shared/cases")
def test_captions_in_chinese_have_words_and_a_language():
    words = build()(None, CASE)
    assert words is not None and len(words) == 12 * 8
    assert all(1 <= len(word.text) <= 2 for word in words)
    assert language(words) == "zh"
    english = SimpleNamespace(weights=[written.minilm() / "model.safetensors"])
    assert foreign(words, english) == "zh"
