"""Words after the end of the media are an error that says why."""

from __future__ import annotations

import pytest

from features.transcripts.formats.outside import check_within
from features.transcripts.sidecar import TranscriptError, build
from features.words import Word
from tests.features.transcribed import read_rows

DURATION_S = 12.0
STARTS = (0.4, 0.72, 1.15, 1.7, 9.1)  # s; each word lasts 0.3 s


def words(factor=1.0, offset=0.0, starts=STARTS):
    return [Word("we", s * factor + offset, (s + 0.3) * factor + offset, False) for s in starts]


def refused(said):
    with pytest.raises(TranscriptError) as failure:
        check_within(said, DURATION_S, "a.json")
    return str(failure.value)


def test_words_within_the_media_are_right():
    check_within(words(), DURATION_S, "a.json")
    check_within([], DURATION_S, "a.json")


def test_a_second_behind_the_end_may_be_rounding():
    check_within(words(offset=3.9), DURATION_S, "a.json")  # the last begins at 13.0 s
    assert "1 of 1 words begin" in refused([Word("we", 13.1, 13.4, False)])


def test_the_error_says_how_many_when_and_how_long_the_media_last():
    assert refused(words(1000)).startswith(
        "a.json: 5 of 5 words begin after the end of the media, which last 12 s: "
        "from 400 s to 9400 s; are they in ms? all would begin between 0.4 s and 9.1 s"
    )


@pytest.mark.parametrize(
    "factor, unit",
    [
        (1000, "ms"),
        (25, "frames, 25 a second"),
        (100, "hundredths of a second"),
        (16_000, "samples at 16 kHz"),
        (10**6, "microseconds"),
        (10**7, "ticks of 100 ns"),
        (10**9, "nanoseconds"),
    ],
)
def test_other_units_are_told_by_how_long_words_last(factor, unit):
    assert f"are they in {unit}?" in refused(words(factor))


def test_a_time_code_is_told_by_its_hours():
    assert refused(words(offset=3600)).endswith(
        "do their times count from a time code of 01:00:00:00?"
    )


def test_another_start_is_told_where_all_would_fit():
    assert refused(words(offset=300)).endswith("do their times count from elsewhere?")


def test_a_longer_file_is_told_by_its_span():
    assert "of another file, or of a longer one" in refused(words(starts=range(0, 600, 2)))


def test_times_that_were_divided_once_too_often_are_told_by_their_haste():
    starts = [n / 2 for n in range(20)]
    assert "20 words between 0 s and 0.0098 s, which nobody can say" in refused(
        words(0.001, starts=starts)
    )
    check_within(words(starts=starts), DURATION_S, "a.json")


def test_a_few_words_for_the_silence_behind_the_end_are_left_out(tmp_path):
    heard = [{"word": "we", "start": n, "end": n + 0.5} for n in range(8)]
    tail = [{"word": w, "start": 29.0 + n, "end": 29.5 + n} for n, w in enumerate(("thank", "you"))]
    rows, problems = read_rows(tmp_path, ".json", heard + tail, media_s=DURATION_S)
    assert [start for _, start, _ in rows] == list(range(8))
    assert problems == [
        "2 of 10 words begin after the end of the media, which last 12 s: 'thank you' from 29 s; "
        "recognisers write such words"
    ]


def test_a_stretch_of_the_media_is_cut_from_a_transcript_that_fits_the_whole(tmp_path):
    file = tmp_path / "clip.csv"
    file.write_text("word,start,end\nwe,1,2\ngo,5,6\n")
    assert build().read(file, 4.0, 8.0, DURATION_S).words == [Word("go", 1, 2, False)]
    file.write_text("word,start,end\nwe,1000,2000\ngo,5000,6000\n")
    with pytest.raises(TranscriptError, match=r"2 of 2 words .* are they in ms"):
        build().read(file, 4.0, 8.0, DURATION_S)


SAID = {
    "of a recogniser that hears 30 s": (
        ".json",
        {"segments": [{"start": 0, "end": 1, "text": "so"}, {"start": 1, "end": 30, "text": "we"}]},
        [("so", 0, 1), ("we", 1, 4)],
    ),
    "of several words": (
        ".json",
        {"segments": [{"start": 0, "end": 30, "text": "ab cd"}]},
        [("ab", 0, 2), ("cd", 2, 4)],
    ),
    "of subtitles": (
        ".srt",
        "1\n00:00:02,000 --> 00:00:09,000\nab cdef\n",
        [("ab", 2, 2.667), ("cdef", 2.667, 4)],
    ),
    "a second behind the end at most": (
        ".srt",
        "1\n00:00:02,000 --> 00:00:05,000\nab cdef\n",
        [("ab", 2, 3), ("cdef", 3, 5)],
    ),
}


@pytest.mark.parametrize("suffix, content, words", SAID.values(), ids=SAID)
def test_a_last_segment_that_ends_behind_the_media_shares_what_is_left(
    tmp_path, suffix, content, words
):
    assert read_rows(tmp_path, suffix, content, media_s=4.0) == (words, [])


def test_more_words_than_anybody_says_in_what_is_left_are_of_another_file(tmp_path):
    segment = {"start": 0, "end": 60, "text": "so " * 60}
    with pytest.raises(TranscriptError, match="54 of 60 words begin after the end of the media"):
        read_rows(tmp_path, ".json", {"segments": [segment]}, media_s=4.0)


def test_sounds_behind_the_end_are_no_reason_to_refuse_words(tmp_path):
    table = "word,start,end\nso,1,2\n[Music],20,30\n[Music],30,40\n"
    assert read_rows(tmp_path, ".csv", table, media_s=4.0)[0] == [("so", 1, 2)]


def test_a_few_words_at_once_are_refused_as_well():
    assert "5 words between 0 s and 0.003 s" in refused(
        [Word("we", n * 0.0006, (n + 1) * 0.0006, False) for n in range(5)]
    )
