from __future__ import annotations

from dataclasses import replace

import pytest

from features.shards import Shards, write
from features.words import Word, count_sounds, keep_words, read_words, spoken

SPOKEN = [
    Word("naïve", 0.0, 0.5, False),
    Word("don't", 0.5, 0.5, True),
    Word("go", 0.75, 1.0, False),
]
SOUNDS = [
    Word("[Music]", 0.0, 0.5, True, speech=False),
    Word("spn", 0.5, 0.75, False, speech=False),
    Word("[Music]", 1.0, 2.0, False, speech=False),
]


@pytest.mark.parametrize(
    "words", [SPOKEN, SPOKEN[:1], [], None], ids=["three", "one", "nobody speaks", "no transcript"]
)
def test_words_come_back_from_a_shard_as_they_were(tmp_path, words):
    record = keep_words("clip", "source", words)
    write(tmp_path / "000.h5", {"kind": "transcripts"}, lambda: [record])
    assert read_words(Shards(tmp_path)["clip"]) == words


def test_no_transcript_is_kept_as_no_words():
    assert len(keep_words("clip", "source", None)) == 0


def test_sounds_are_kept_and_counted_but_nobody_says_them(tmp_path):
    records = [
        keep_words("a", "source", [*SOUNDS[:2], *SPOKEN, SOUNDS[2]]),
        keep_words("b", "source", SOUNDS),
    ]
    write(tmp_path / "000.h5", {"kind": "transcripts"}, lambda: records)
    both, sounds = (Shards(tmp_path)[clip] for clip in "ab")
    assert read_words(both) == SPOKEN
    assert read_words(sounds) == []
    assert count_sounds(both) == count_sounds(sounds) == {"[Music]": 2, "spn": 1}
    assert count_sounds(keep_words("c", "source", None)) == {}


def test_in_older_records_everything_is_spoken():
    record = keep_words("clip", "source", SPOKEN)
    columns = {name: x for name, x in record.columns.items() if name != "speech"}
    assert read_words(replace(record, columns=columns)) == SPOKEN


def test_what_is_spoken_is_told_from_sounds():
    assert spoken([SOUNDS[0], *SPOKEN]) == SPOKEN
    with pytest.raises(ValueError, match="speech of 'a' must be true or false, got 1"):
        Word("a", 0, 1, False, 1)  # pyright: ignore[reportArgumentType]  # what is refused
