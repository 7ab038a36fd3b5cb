from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from features.corpus import CorpusError
from features.shards import Shards
from features.track import State, read_track
from stages import ingest
from stages._clips import read_clips

SHARES = {"train": 0.5, "val": 0.25, "test": 0.25}


def run(corpus: Path) -> None:
    options = {"path": str(corpus), "unlabelled": None}
    ingest.run(ingest.Params(corpus="folder", options=options, shares=SHARES, shards=2))


def rejected() -> dict[str, str]:
    lines = ingest.REJECTED.read_text().splitlines()
    return {row["clip"]: row["reason"] for row in map(json.loads, lines)}


def test_usable_clips_are_listed_with_what_later_stages_need(corpus: Path):
    run(corpus)
    clips = {clip.id: clip for clip in read_clips()}
    assert list(clips) == ["a", "b", "c"]
    assert clips["a"].info.duration == pytest.approx(0.6)
    assert clips["a"].media == "corpus/media/a.wav"
    assert clips["b"].transcript == "corpus/transcripts/b.csv" and clips["a"].transcript is None
    assert rejected() == {}


def test_labels_become_tracks_with_the_unlabelled_masked(corpus: Path):
    run(corpus)
    labels = Shards(ingest.LABELS)
    track = read_track(labels["a"])
    np.testing.assert_array_equal(track.values[0], np.float32([0.5, -0.5]))
    assert track.state.tolist() == [State.OK, State.UNLABELLED]
    assert len(labels["b"]) == 0


@pytest.mark.parametrize(
    "name, content, reason",
    [
        ("empty.mp4", b"", "empty file"),
        ("notes.mp4", b"not a video at all", "not readable as media"),
        ("cut.wav", b"RIFF\x24\x00\x00\x00WAVE", "not readable as media|no decodable frame"),
    ],
)
def test_what_cannot_be_used_is_turned_away_with_a_reason(corpus, name, content, reason):
    import re

    (corpus / "media" / name).write_bytes(content)
    run(corpus)
    assert [clip.id for clip in read_clips()] == ["a", "b", "c"]
    assert re.search(reason, rejected()[Path(name).stem])


def test_a_bad_label_file_turns_away_its_clip_and_no_other(corpus: Path):
    (corpus / "labels/c.csv").write_text("time,valence,arousal\n0.1,2.5,0\n")
    run(corpus)
    assert [clip.id for clip in read_clips()] == ["a", "b"]
    assert "c.csv" in rejected()["c"] and "2.5" in rejected()["c"]


def test_a_corpus_without_a_usable_clip_is_an_error(corpus: Path):
    for file in (corpus / "media").iterdir():
        file.write_bytes(b"")
    with pytest.raises(CorpusError, match=r"no usable clip.*rejected\.jsonl"):
        run(corpus)


def test_a_subject_stays_on_its_side_whoever_joins():
    subjects = [f"s{i}" for i in range(1000)]
    sides = [ingest.side(s, SHARES) for s in subjects]
    counts = [sides.count(s) / 1000 for s in ("train", "val", "test")]
    np.testing.assert_allclose(counts, [0.5, 0.25, 0.25], atol=0.05)
    assert sides == [ingest.side(s, SHARES) for s in subjects]


def test_undecided_clips_follow_the_rest_of_their_subject(corpus: Path):
    (corpus / "clips.csv").write_text("clip,subject,split\na,ann,val\nb,ann,\nc,carl,test\n")
    run(corpus)
    assert [clip.split for clip in read_clips()] == ["val", "val", "test"]
