"""What is said in a video that is predicted."""

from __future__ import annotations

import pytest

from features.transcripts.sidecar import TranscriptError, build
from flows.predict.words import words


def silence(_: int):
    return iter(())


def test_words_behind_the_end_of_the_video_are_refused(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("word,start,end\nso,1000,1300\nwe,2000,2300\n")
    with pytest.raises(TranscriptError, match=r"2 of 2 words .* are they in ms"):
        words(build(), silence, file, 4.0)


def test_a_last_segment_ends_with_the_video(tmp_path):
    file = tmp_path / "a.srt"
    file.write_text("1\n00:00:01,000 --> 00:00:30,000\nso\n")
    found = words(build(), silence, file, 4.0) or []
    assert [(word.text, word.start, word.end) for word in found] == [("so", 1, 4)]


@pytest.mark.parametrize("keep, texts", [(False, ["so"]), (True, ["[Music]", "so"])])
def test_words_without_times_are_spread_over_the_video_without_sounds(tmp_path, keep, texts):
    file = tmp_path / "a.txt"
    file.write_text("[Music] so")
    found = words(build(keep_sounds=keep), silence, file, 4.0) or []
    assert [word.text for word in found] == texts
