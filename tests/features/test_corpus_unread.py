"""Files of a corpus that no reader takes: each is named once, with the reason."""

from __future__ import annotations

import shutil

import pytest

from features.corpora.folder import build
from features.corpora.reading.named import not_media
from features.corpus import CorpusError
from tests.repo import ROOT

CASES = ROOT.parent / "shared" / "cases"
LABELS = "time,valence,arousal\n0,0,0\n"


def lay_out(root, *names):
    """Empty files below root."""
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(LABELS if file.suffix == ".csv" else "")


def unread(root):
    """{file below root: why nothing reads it}; no clip is turned away."""
    rejected = build(path=str(root)).listing()[1]
    assert [r.clip for r in rejected] == [None] * len(rejected)
    found = {str(r.file.relative_to(root)): r.reason for r in rejected}
    assert len(found) == len(rejected)
    return found


SIDE = {  # beside media/a.mp4 -> what is said of it
    "media/b.xyz": "nothing reads .xyz as media or as a transcript",
    "media/b.mkvv": "nothing reads .mkvv as media or as a transcript, nearest: '.mkv'",
    "media/a.jpg": "nothing reads .jpg as media or as a transcript",
    "media/b": "nothing reads it: its name has no suffix that says what it is",
    "media/b.h264": "a bare stream has no times; put it into .mp4 or .mkv",
    "media/a.mp4.part": "nothing reads .part as media or as a transcript",
    "media/a.en.vtt": "no media beside it is called 'a.en', nearest: 'a'",
    "media/aa.tsv": "no media beside it is called 'aa', nearest: 'a'",
    "media/s/a.srt": "no media beside it is called 'a'",
    "media/a.wav.vtt": "no media beside it is called 'a.wav', nearest: 'a'",
    "media/a.sbv": "nothing reads .sbv as media or as a transcript",
    "media/readme.srt": "no media beside it is called 'readme'",
    "transcripts/a.trs": "nothing reads .trs as a transcript",
    "labels/a.tsv": "nothing reads .tsv as labels, which are .csv, nearest: '.csv'",
    "labels/s/a.h5": "nothing reads .h5 as labels, which are .csv",
    "transcripts/a.docx": "nothing reads .docx as a transcript",
    "transcripts/a.strt": "nothing reads .strt as a transcript, nearest: '.srt'",
    "transcripts/a.wav": "nothing reads .wav as a transcript",
    "b.mp4": "lies beside media/, so nothing reads it",
    "a.srt": "lies beside media/, so nothing reads it",
    "label.csv": "only labels.csv and clips.csv are read, nearest: 'labels.csv'",
    "Clip.csv": "only labels.csv and clips.csv are read, nearest: 'clips.csv'",
    "participants.tsv": "only labels.csv and clips.csv are read",
}


@pytest.mark.parametrize("name", SIDE)
def test_a_file_that_nothing_reads_is_named_with_the_reason(tmp_path, name):
    lay_out(tmp_path, "media/a.mp4", "labels/a.csv", "transcripts/a.vtt", name)
    assert unread(tmp_path).pop(name).endswith(SIDE[name])


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("label", "nothing reads this folder, nearest: 'labels'"),
        ("Transcripts", "nothing reads this folder, nearest: 'transcripts'"),
        ("annotations", "nothing reads this folder, nearest: 'labels'"),
        ("subtitles", "nothing reads this folder, nearest: 'transcripts'"),
        ("more", "lies beside media/, so nothing reads what is in it: 2 .mp4, 1 .srt"),
    ],
)
def test_a_folder_that_nothing_reads_is_named_as_one(tmp_path, folder, reason):
    files = (f"{folder}/a.mp4", f"{folder}/s/b.MP4", f"{folder}/a.srt", f"{folder}/b.csv")
    lay_out(tmp_path, "media/a.mp4", "openface/a.csv", *files)
    assert unread(tmp_path) == {folder: reason}


def test_a_link_back_into_the_corpus_is_no_folder_beside_it(tmp_path):
    lay_out(tmp_path, "media/a.mp4")
    (tmp_path / "videos").symlink_to(tmp_path / "media")
    (tmp_path / "round").symlink_to(tmp_path)
    assert unread(tmp_path) == {}


def test_without_a_folder_of_media_the_corpus_itself_is_searched_for_what_is_not_read(tmp_path):
    lay_out(tmp_path, "a.mp4", "a.srt", "Labels/a.csv", "Labels/a.srt", "labels.tsv", "x/a.csv")
    lay_out(tmp_path, "clip.mp4", "clip.csv", "README", "day/b.xyz")
    assert unread(tmp_path) == {
        "Labels": "nothing reads this folder, nearest: 'labels'",
        "labels.tsv": "of tables beside folders, only labels.csv and clips.csv are read, nearest: "
        "'labels.csv'",
        "x/a.csv": "no media beside it is called 'a'",
        "day/b.xyz": "nothing reads .xyz as media or as a transcript",
    }


@pytest.mark.parametrize("where", ["", "media/", "labels/", "transcripts/"])
@pytest.mark.parametrize(
    "name",
    [
        *("README", "readme.txt", "README_en.md", "LICENSE", "Licence.pdf", "NOTES.txt"),
        *("CITATION.cff", "a.mp4.md5", "SHA256SUMS", "checksums.txt", "Thumbs.db", "desktop.ini"),
        *("a.mp4.dvc", ".DS_Store", "._a.mp4", ".git/config", "__MACOSX/a.mp4"),
    ],
)
def test_what_is_about_the_corpus_and_of_no_clip_is_passed_over(tmp_path, where, name):
    lay_out(tmp_path, "media/a.mp4", "labels/a.csv", "transcripts/a.vtt", where + name)
    assert unread(tmp_path) == {}


def test_a_clip_may_be_called_as_what_is_passed_over(tmp_path):
    lay_out(tmp_path, "media/notes.mp4", "media/notes.txt", "media/notes.srt", "media/note_1.srt")
    said = unread(tmp_path)
    assert said["media/notes.txt"] == "'notes.srt' is read for its clip instead"
    assert said["media/note_1.srt"] == "no media beside it is called 'note_1', nearest: 'notes'"


def test_of_several_transcripts_of_a_clip_all_but_one_are_said_not_to_be_read(tmp_path):
    kinds = ("json", "srt", "tsv", "txt", "vtt")  # all that Whisper writes
    lay_out(tmp_path, "media/a.mp4", *(f"media/a.{kind}" for kind in kinds))
    lay_out(tmp_path, "media/b.mp4", "media/b.txt", "media/b.vtt", "transcripts/b.ssa")
    why = {f"media/a.{kind}": "'a.json' is read for its clip instead" for kind in kinds[1:]}
    why |= {f"media/b.{kind}": "'b.ssa' is read for its clip instead" for kind in ("txt", "vtt")}
    assert unread(tmp_path) == why


def test_two_paths_of_one_id_do_not_hide_each_other(tmp_path):
    twice = ("s/a", "s__a")
    lay_out(tmp_path, "media/s/a.mp4", *(f"transcripts/{name}.srt" for name in twice))
    assert unread(tmp_path) == {"transcripts/s__a.srt": "'a.srt' is read for its clip instead"}
    lay_out(tmp_path, *(f"labels/{name}.csv" for name in twice))
    with pytest.raises(
        CorpusError, match=r"labels of 's__a' are in .*s/a.csv and .*s__a.csv; keep"
    ):
        build(path=str(tmp_path)).labels("s__a", {"valence": (-1.0, 1.0)})


def test_the_words_of_a_clip_that_is_cut_are_read_or_said_not_to_be(tmp_path):
    lay_out(tmp_path, "media/a.mp4", "transcripts/a.srt", "transcripts/x.txt")
    (tmp_path / "clips.csv").write_text("clip,subject,split,media,start,end\nx,,,a,0,1\n")
    assert unread(tmp_path) == {"transcripts/x.txt": "'a.srt' is read for its clip instead"}
    (tmp_path / "transcripts/a.srt").unlink()
    (tmp_path / "transcripts/x.txt").write_text("so")
    assert unread(tmp_path) == {}


def test_a_transcript_of_no_clip_turns_away_that_clip_whatever_else_there_is_of_it(tmp_path):
    lay_out(tmp_path, "media/anna.mp4", "transcripts/ana.srt", "transcripts/ana.vtt")
    rejected = build(path=str(tmp_path)).listing()[1]
    assert [(r.clip, r.file.name) for r in rejected] == [("ana", "ana.srt"), ("ana", "ana.vtt")]


def test_a_transcript_of_no_clip_is_answered_with_the_clip_before_its_first_dot(tmp_path):
    lay_out(tmp_path, "media/ann.mp4", "transcripts/ann.srt", "transcripts/ann.en-US.srt")
    (rejected,) = build(path=str(tmp_path)).listing()[1]
    assert rejected.reason.endswith("'ann.en-US', which has no media, nearest: 'ann'")


def test_many_files_of_a_folder_in_which_nothing_is_read_are_named_as_one(tmp_path):
    pictures = [f"media/crops/{clip}/{n:05}.jpg" for clip in "ab" for n in range(15)]
    lay_out(tmp_path, "media/s/a.mp4", *pictures, "media/crops/index.xyz")
    lay_out(tmp_path, *(f"media/few/{n}.jpg" for n in range(20)), "media/s/a.jpg")
    said = unread(tmp_path)
    assert said.pop("media/crops") == "nothing in this folder is read: 30 .jpg, 1 .xyz"
    alone = "nothing reads .jpg as media or as a transcript"
    assert said == {"media/s/a.jpg": alone, **{f"media/few/{n}.jpg": alone for n in range(20)}}


def test_a_corpus_without_media_says_what_there_is_instead(tmp_path):
    lay_out(tmp_path, "media/a.h264", "media/b.h264", "media/a.srt")
    with pytest.raises(CorpusError, match=r"no media below .*media, only 2 \.h264, 1 \.srt\."):
        build(path=str(tmp_path)).listing()


def test_other_corpora_name_what_is_no_media_in_their_folders_of_media(tmp_path):
    lay_out(tmp_path, "videos/day/a.mp4", "videos/day/a.wav", "videos/day/b.mp5", "videos/README")
    (found,) = not_media(tmp_path / "videos", tmp_path / "videos", tmp_path / "none")
    assert (found.clip, found.file) == (None, tmp_path / "videos/day/b.mp5")
    assert found.reason.startswith("nothing reads .mp5 as media, nearest: '.mp")


@pytest.mark.skipif(not CASES.is_dir(), reason="no cases beside this checkout")
def test_nothing_vanishes_of_a_corpus_with_files_of_every_kind(tmp_path):
    shutil.copytree(CASES / "unknown_kinds", tmp_path, dirs_exist_ok=True)
    clips, rejected = build(path=str(tmp_path)).listing()
    read = {file for c in clips for file in (c.media, c.transcript) if file}
    told = [r.file for r in rejected]
    there = {file for file in tmp_path.rglob("*") if file.is_file()}
    assert sorted([*read, *told]) == sorted(there - {tmp_path / "README.md"})
    assert {c.id: c.transcript and c.transcript.name for c in clips} == {"a": "a.tsv", "b": None}
