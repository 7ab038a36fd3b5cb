from __future__ import annotations

import json
import logging
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.corpus import Candidate, CorpusError
from features.extractor import build
from features.labels import read_labels
from features.manifest import Info
from features.shards import Shards
from features.track import State, Track
from stages import digests, transcripts
from stages.clips import read_assignments, read_clips, read_sentences, read_transcripts
from stages.ingest import stage as ingest
from stages.ingest.splits import dealt, drawn, sides
from stages.paths import CLIPS, LABELS, REJECTED
from tests.repo import PARAMS
from tests.stages.conftest import write_tone
from tests.stages.sections import choose

SHARES = {"train": 0.5, "val": 0.25, "test": 0.25}


def run(folder: Path, targets: Any = PARAMS["targets"], **changes: Any) -> None:
    choose(targets=targets)
    options = {"path": str(folder), "unlabelled": None}
    usual = {"corpus": "folder", "options": options, "shares": SHARES, "shards": 2}
    ingest.run(ingest.Params(**{**usual, "folds": None, "fold": 0, **changes}))


def labels_of(clip: str, *targets: str) -> dict[str, Track]:
    return read_labels(Shards(LABELS)[clip], targets or list(PARAMS["targets"]))


def rejected() -> dict[str, str]:
    lines = REJECTED.read_text().splitlines()
    return {row["clip"]: row["reason"] for row in map(json.loads, lines)}


def test_usable_clips_are_listed_with_what_later_stages_need(corpus: Path):
    run(corpus)
    clips = {clip.id: clip for clip in read_clips()}
    assert list(clips) == ["a", "b", "c"]
    assert clips["a"].info.duration == pytest.approx(0.6)
    assert clips["a"].media == "corpus/media/a.wav"
    (written,) = read_transcripts().values()
    assert (written.id, written.file) == ("b", "corpus/transcripts/b.csv")
    assert rejected() == {}


def test_labels_become_tracks_with_the_unlabelled_masked(corpus: Path):
    run(corpus)
    found = labels_of("a")
    assert [track.values[0].tolist() for track in found.values()] == [[0.5], [-0.5]]
    for track in found.values():
        assert track.state.tolist() == [State.OK, State.UNLABELLED]
    assert labels_of("b") == {}


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


# ------------------------------------------------------------------ targets --

THREE = {"valence": [-1, 1], "arousal": [-1, 1], "dominance": [1, 7]}


def three(corpus: Path) -> None:
    """Labels of all clips, of a dominance in b's table alone."""
    for name in "abc":
        text = "time,valence,arousal\n0.1,0.5,-0.5\n0.2,0.25,\n"
        if name == "b":
            text = "time,dominance,valence,arousal\n0.1,7,0.5,-0.5\n0.2,1,0.25,\n"
        (corpus / f"labels/{name}.csv").write_text(text)


def test_a_target_may_be_labelled_in_some_clips_alone(corpus: Path):
    three(corpus)
    run(corpus, targets=THREE)
    assert Shards(LABELS).meta["targets"] == [
        ["valence", -1.0, 1.0],
        ["arousal", -1.0, 1.0],
        ["dominance", 1.0, 7.0],
    ]
    found = {clip: labels_of(clip, *THREE) for clip in "abc"}
    assert {clip: list(tracks) for clip, tracks in found.items()} == {
        "a": ["valence", "arousal"],
        "b": ["valence", "arousal", "dominance"],
        "c": ["valence", "arousal"],
    }
    assert found["b"]["dominance"].values.tolist() == [[7.0], [1.0]]  # in its own range


def test_an_empty_cell_of_one_target_leaves_the_others_labelled(corpus: Path):
    three(corpus)
    run(corpus, targets=THREE)
    valence, arousal, dominance = labels_of("b", *THREE).values()
    assert valence.state.tolist() == dominance.state.tolist() == [State.OK, State.OK]
    assert arousal.state.tolist() == [State.OK, State.UNLABELLED]


def test_empty_cells_of_one_table_for_all_clips_leave_the_other_target_labelled(corpus: Path):
    (corpus / "labels/a.csv").unlink()
    (corpus / "labels").rmdir()
    rows = "a,0.1,,0.5\na,0.2,0.25,\nb,0.1,,-0.5\n"
    (corpus / "labels.csv").write_text(f"clip,time,valence,arousal\n{rows}")
    run(corpus)
    a, b = labels_of("a"), labels_of("b")
    assert a["valence"].state.tolist() == [State.UNLABELLED, State.OK]
    assert a["arousal"].state.tolist() == [State.OK, State.UNLABELLED]
    assert b["valence"].state.tolist() == [State.UNLABELLED]
    assert b["arousal"].values.tolist() == [[-0.5]] and labels_of("c") == {}


def test_a_target_that_no_clip_is_labelled_with_is_an_error_with_the_nearest(corpus: Path):
    said = r"targets in params.yaml names 'arousel', but there is no label named .*'arousal'"
    with pytest.raises(CorpusError, match=said):
        run(corpus, targets=["valence", "arousel"])
    assert not CLIPS.exists()


def test_a_value_outside_of_its_own_targets_range_turns_its_clip_away(corpus: Path):
    three(corpus)
    (corpus / "labels/c.csv").write_text("time,valence,dominance\n0.1,0.5,0.5\n")
    run(corpus, targets=THREE)
    assert [clip.id for clip in read_clips()] == ["a", "b"]
    assert "c.csv" in rejected()["c"] and "dominance" in rejected()["c"]
    assert "0.5" in rejected()["c"] and "1" in rejected()["c"]


def test_a_corpus_without_labels_is_read_whatever_the_targets(corpus: Path):
    (corpus / "labels/a.csv").unlink()
    run(corpus, targets=["joy"])
    assert [clip.id for clip in read_clips()] == ["a", "b", "c"]
    assert all(labels_of(clip, "joy") == {} for clip in "abc")


def test_a_corpus_without_a_usable_clip_is_an_error(corpus: Path):
    for file in (corpus / "media").iterdir():
        file.write_bytes(b"")
    with pytest.raises(CorpusError, match=r"no usable clip.*rejected\.jsonl"):
        run(corpus)


def test_a_subject_stays_on_its_side_whoever_joins():
    subjects = [f"s{i}" for i in range(1000)]
    sides = [drawn(s, SHARES) for s in subjects]
    counts = [sides.count(s) / 1000 for s in ("train", "val", "test")]
    np.testing.assert_allclose(counts, [0.5, 0.25, 0.25], atol=0.05)
    assert sides == [drawn(s, SHARES) for s in subjects]


def test_undecided_clips_follow_the_rest_of_their_subject(corpus: Path):
    (corpus / "clips.csv").write_text("clip,subject,split\na,ann,val\nb,ann,\nc,carl,test\n")
    run(corpus)
    assert [row.split for row in read_assignments()] == ["val", "val", "test"]


# ------------------------------------------------------------------ folds --


def test_in_folds_every_subject_is_tested_once_and_never_on_two_sides():
    subjects = [f"s{i}" for i in range(23)]
    tested = []
    for fold in range(5):
        side = dealt(subjects, 5, fold)
        assert set(side) == set(subjects)
        counts = [list(side.values()).count(s) for s in ("train", "val", "test")]
        assert counts[1] in (4, 5) and counts[2] in (4, 5) and sum(counts) == 23
        assert side == dealt(reversed(subjects), 5, fold)
        tested += [s for s in subjects if side[s] == "test"]
        following = dealt(subjects, 5, (fold + 1) % 5)
        assert [s for s in subjects if side[s] == "val"] == [
            s for s in subjects if following[s] == "test"
        ]
    assert sorted(tested) == sorted(subjects)


@pytest.mark.parametrize("folds, fold", [(None, 0), (3, 0), (3, 1), (3, 2)])
def test_whatever_the_split_one_subject_is_on_one_side(folds, fold):
    clips = [
        Candidate(f"c{i}", Path("x"), f"s{i % 7}", "val" if i in (3, 5) else None, None)
        for i in range(31)
    ]
    side = sides(clips, SHARES, folds, fold)
    assert set(side) == {f"s{i}" for i in range(7)}  # one side each, by subject
    assert folds or side["s3"] == side["s5"] == "val"
    assert not folds or set(side.values()) == {"train", "val", "test"}


def test_folds_are_dealt_whatever_the_corpus_says(corpus: Path):
    (corpus / "clips.csv").write_text("clip,subject,split\na,a,train\nb,b,train\nc,c,train\n")
    found = []
    for fold in range(3):
        run(corpus, folds=3, fold=fold)
        found.append([row.split for row in read_assignments()])
    assert all(
        sorted(split) == ["test", "train", "val"] for split in [*found, *zip(*found, strict=True)]
    )


def test_folds_that_cannot_be_are_refused(corpus: Path):
    with pytest.raises(CorpusError, match=r"ingest\.folds is 4, but the corpus has 3 subjects"):
        run(corpus, folds=4)
    with pytest.raises(ValueError, match="fold must be 0 to 2, got 3"):
        run(corpus, folds=3, fold=3)


# ------------------------------------------------------------------ files --


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are really read to be hashed, in order."""
    names: list[str] = []
    real = digests.file_sha256
    monkeypatch.setattr(digests, "file_sha256", lambda f: (names.append(f.name), real(f))[1])
    return names


def settle(corpus: Path) -> None:
    """Let every file of a corpus be an hour old."""
    for file in corpus.rglob("*"):
        os.utime(file, (time.time() - 3600, time.time() - 3600))


def test_a_second_run_with_nothing_changed_hashes_nothing(corpus: Path, hashed: list[str]):
    settle(corpus)
    run(corpus)
    first = read_clips()
    assert sorted(hashed) == ["a.wav", "b.csv", "b.wav", "c.wav"]
    hashed.clear()
    run(corpus)
    assert hashed == [] and read_clips() == first


def test_a_file_that_changed_is_hashed_again_and_no_other(corpus: Path, hashed: list[str]):
    settle(corpus)
    run(corpus)
    before = {clip.id: clip.sha256 for clip in read_clips()}
    write_tone(corpus / "media/b.wav", 330.0, 0.6)  # the same size
    hashed.clear()
    run(corpus)
    after = {clip.id: clip.sha256 for clip in read_clips()}
    assert hashed == ["b.wav"] and [c for c in after if after[c] != before[c]] == ["b"]


def test_a_file_of_the_same_size_and_date_but_another_inode_is_hashed(corpus: Path, hashed):
    settle(corpus)
    run(corpus)
    other = corpus / "media/other"
    write_tone(other, 330.0, 0.6)
    old = (corpus / "media/c.wav").stat()
    os.utime(other, ns=(old.st_atime_ns, old.st_mtime_ns))
    other.replace(corpus / "media/c.wav")
    hashed.clear()
    run(corpus)
    assert hashed == ["c.wav"]


def test_a_file_changed_in_place_whose_date_is_set_back_is_hashed(corpus: Path, hashed: list[str]):
    settle(corpus)
    run(corpus)
    file = corpus / "media/b.wav"
    old = file.stat()
    with file.open("r+b") as inside:
        inside.seek(-2, 2)
        inside.write(b"\x01\x02")
    os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))
    hashed.clear()
    run(corpus)
    assert hashed == ["b.wav"]


def test_a_file_that_has_just_been_written_is_not_trusted(corpus: Path, hashed: list[str]):
    run(corpus)
    hashed.clear()
    run(corpus)
    assert len(hashed) == 4


def test_a_damaged_memory_of_digests_costs_time_and_nothing_else(corpus: Path, hashed, caplog):
    settle(corpus)
    run(corpus)
    (memory,) = Path(".clip_store/digests").iterdir()
    memory.write_text('{"a": [1, 2')
    hashed.clear()
    run(corpus)
    assert len(hashed) == 4 and "cannot be read, every file is" in caplog.text


def test_a_summary_says_what_there_is_and_why_the_rest_is_not(corpus: Path, caplog):
    caplog.set_level(logging.INFO, "stages")
    for name in ("d", "e"):
        (corpus / f"media/{name}.wav").touch()
    (corpus / "labels/cc.csv").write_text("time,valence,arousal\n0,0,0\n")
    run(corpus)
    first, *others = [r.getMessage() for r in caplog.records if r.name == "stages"]
    assert first.startswith("3 clips, 0.00 h, 3 subjects, 33% of clips labelled, 3 rejected; train")
    assert others == [
        f"2 rejected like {corpus}/media/d.wav: empty file",
        f"1 rejected like {corpus}/labels/cc.csv: labels for clip 'cc', which has no media, "
        "nearest: 'c'",
    ]


# ------------------------------------------------------------------ stretches and words --


def cut(corpus: Path, *rows: str) -> None:
    """Leave one file, b.wav of 0.6 s, and clips of it."""
    for name in ("media/a.wav", "media/c.wav", "labels/a.csv"):
        (corpus / name).unlink()
    table = "clip,subject,split,media,start,end\n" + "\n".join(rows) + "\n"
    (corpus / "clips.csv").write_text(table)


def test_clips_are_cut_from_one_file_that_is_read_once(corpus: Path, hashed: list[str]):
    cut(corpus, "one,x,train,b,0,0.2", "two,x,train,b.wav,0.2,0.6", "rest,,,b,0.5,")
    run(corpus)
    clips = {clip.id: clip for clip in read_clips()}
    assert list(clips) == ["one", "rest", "two"]  # b itself is no clip
    assert [clips[c].info.duration for c in clips] == pytest.approx([0.2, 0.1, 0.4])
    assert hashed == ["b.wav", "b.csv"]
    assert {row.id: row.subject for row in read_assignments()}[
        "rest"
    ] == "b"  # of one file, one person
    assert len({clip.source for clip in clips.values()}) == 3
    assert {clip.sha256 for clip in clips.values()} == {clips["one"].sha256}


def test_a_stretch_the_file_does_not_hold_is_turned_away(corpus: Path):
    cut(corpus, "one,x,,b,0,0.3", "late,x,,b,0.7,0.9", "long,x,,b,0.1,1.9")
    run(corpus)
    assert [clip.id for clip in read_clips()] == ["one"]
    said = "lasts 0.6 s and does not hold the stretch from "
    assert rejected() == {"late": said + "0.7 s to 0.9 s", "long": said + "0.1 s to 1.9 s"}


def test_words_are_those_of_the_stretch_at_its_times(corpus: Path):
    cut(corpus, "one,x,,b,0,0.35", "two,x,,b,0.35,0.6")  # good 0.1 to 0.3, day 0.3 to 0.5
    run(corpus)
    one, two = read_clips()
    transcripts.sentences.cache_clear()
    transcripts.files.cache_clear()
    sidecar = build("transcripts", "sidecar", {})
    said = [
        [(w.text, w.start, w.end) for w in transcripts.spoken(sidecar, c) or ()] for c in (one, two)
    ]
    assert said[0] == [("good", 0.1, 0.3)]
    assert said[1] == [("day", 0.0, pytest.approx(0.15))]  # it begins before the clip


def test_labels_of_which_most_lie_outside_their_clip_turn_it_away(corpus: Path):
    rows = "".join(f"{40 * i},0,0\n" for i in range(100))  # ms
    (corpus / "labels/c.csv").write_text("time,valence,arousal\n" + rows)
    run(corpus)
    assert rejected()["c"].startswith(
        "99 of 100 labels of valence lie outside the clip: they go from 0 s to 3960 s"
    )


def test_words_without_times_are_spread_over_the_clip_and_not_in_what_is_pushed(corpus: Path):
    (corpus / "media/c.txt").write_text("one  three")
    run(corpus)
    assert read_sentences() == {"c": "one  three"}
    assert "three" not in CLIPS.read_text()
    transcripts.sentences.cache_clear()
    transcripts.files.cache_clear()
    clip = next(clip for clip in read_clips() if clip.id == "c")
    words = transcripts.spoken(build("transcripts", "sidecar", {}), clip)
    assert [(w.text, w.start, w.end, w.spread) for w in words or ()] == [
        ("one", 0.0, pytest.approx(0.225), True),
        ("three", pytest.approx(0.225), pytest.approx(0.6), True),
    ]


def test_sentences_alone_are_clips_without_media(corpus: Path):
    (corpus / "table.csv").write_text("id,text,valence,arousal\nx,so be it,0.5,-0.5\ny,no,,\n")
    run(corpus, corpus="sentences", options={"path": str(corpus / "table.csv")})
    x, y = read_clips()
    assert x.media is None and read_transcripts() == {}
    assert x.info == Info(pytest.approx(1.2), *[None] * 5)  # pyright: ignore[reportArgumentType]
    assert x.source == y.source and read_sentences() == {"x": "so be it", "y": "no"}
    assert {s for track in labels_of("y").values() for s in track.state} == {State.UNLABELLED}
    found = {target: np.unique(track.values).tolist() for target, track in labels_of("x").items()}
    assert found == {"valence": [0.5], "arousal": [-0.5]}
