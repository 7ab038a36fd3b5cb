from __future__ import annotations

import pytest

from features.shards import Shards, write
from features.words import Word, keep_words, read_words

SPOKEN = [
    Word("naïve", 0.0, 0.5, False),
    Word("don't", 0.5, 0.5, True),
    Word("go", 0.75, 1.0, False),
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
