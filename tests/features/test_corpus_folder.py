"""The folder adapter: what a person may write, and what they are told when it is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from features.corpora.folder import LAYOUT, build
from features.corpus import CorpusError, check_id, safe_id
from features.track import State


def lay_out(root, files):
    """Writes {relative path: text or bytes} below root, as it is, and builds the adapter on it."""
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return build(path=str(root))


def rejections(root, files):
    return [
        (r.clip, str(r.file.relative_to(root)), r.reason) for r in lay_out(root, files).listing()[1]
    ]


BOTH = {"valence": (-1.0, 1.0), "arousal": (-1.0, 1.0)}


def labelled(corpus, clip="a", targets=BOTH):
    """The tracks of `targets`, all of which the clip has labels of."""
    labels = corpus.labels(clip, targets)
    assert list(labels) == list(targets)
    return list(labels.values())


class TestListing:
    def test_an_id_is_the_path_below_the_media_folder(self, tmp_path):
        files = {"media/s2/b.wav": "", "media/s2/a.MP4": "", "media/top.clip.mkv": ""}
        clips, rejected = lay_out(tmp_path, files).listing()
        assert [clip.id for clip in clips] == ["s2__a", "s2__b", "top.clip"]
        assert clips[0].media == tmp_path / "media/s2/a.MP4"
        assert rejected == []

    def test_without_a_media_folder_the_corpus_itself_is_searched(self, tmp_path):
        files = {"deep/a.mp4": "", "b.wav": "", "transcripts/c.wav": ""}
        assert [clip.id for clip in lay_out(tmp_path, files).listing()[0]] == ["b", "deep__a"]

    def test_without_clips_csv_everyone_is_their_own_subject_and_undecided(self, tmp_path):
        (clip,), _ = lay_out(tmp_path, {"a.mp4": ""}).listing()
        assert (clip.subject, clip.split, clip.transcript) == ("a", None, None)

    def test_clips_csv_gives_subject_and_split_in_any_column_order(self, tmp_path):
        table = "\ufeffsplit, note,clip,subject\r\ntrain,x,a,anna\r\n\r\n,,b,\r\n"
        files = {"a.mp4": "", "b.mp4": "", "c.mp4": "", "clips.csv": table}
        clips, rejected = lay_out(tmp_path, files).listing()
        said = [(clip.subject, clip.split) for clip in clips]
        assert said == [("anna", "train"), ("b", None), ("c", None)]
        assert rejected == []

    def test_files_that_are_nothing_to_us_are_passed_over(self, tmp_path):
        files = {
            "media/a.mp4": "",
            "README.md": "",
            "media/notes.txt": "",
            "media/._a.mp4": "",
            "media/.cache/x.mp4": "",
            "openface/a.csv": "",
            "media/Thumbs.db": "",
            "transcripts/README.txt": "",
            "media.dvc": "",
            "MD5SUMS": "",
        }
        clips, rejected = lay_out(tmp_path, files).listing()
        assert [clip.id for clip in clips] == ["a"]
        assert rejected == []

    def test_composed_and_decomposed_accents_are_one_id(self, tmp_path):
        files = {
            "media/re\u0301ne.mp4": "",
            "labels/r\u00e9ne.csv": "time,valence,arousal\n0,0,0\n",
            "clips.csv": "clip,subject,split\nr\u00e9ne,x,val\n",
        }
        corpus = lay_out(tmp_path, files)
        (clip,), rejected = corpus.listing()
        assert (clip.id, clip.split, rejected) == ("r\u00e9ne", "val", [])
        labelled(corpus, "r\u00e9ne")

    def test_media_may_be_linked_from_another_disk(self, tmp_path):
        (tmp_path / "disk/day1").mkdir(parents=True)
        (tmp_path / "disk/day1/a.mp4").touch()
        (tmp_path / "corpus/media").mkdir(parents=True)
        (tmp_path / "corpus/media/far").symlink_to(tmp_path / "disk/day1")
        (tmp_path / "corpus/media/round").symlink_to(tmp_path / "corpus")
        clips, _ = build(path=str(tmp_path / "corpus")).listing()
        assert [clip.id for clip in clips] == ["far__a"]

    def test_a_link_that_leads_nowhere_is_turned_away(self, tmp_path):
        (tmp_path / "a.mp4").symlink_to("gone.mp4")
        clips, (rejected,) = build(path=str(tmp_path)).listing()
        assert clips == []
        assert rejected.reason == "is a link to gone.mp4, which is not there"

    @pytest.mark.parametrize(
        "there, chosen",
        [
            (["transcripts/s__a.srt", "media/s/a.json"], "transcripts/s__a.srt"),
            (["media/s/a.srt"], "media/s/a.srt"),
            (["media/s/a.srt", "media/s/a.vtt", "media/s/a.json"], "media/s/a.json"),
            (["transcripts/s__a.TextGrid", "transcripts/s__a.json"], "transcripts/s__a.TextGrid"),
            (["transcripts/a.srt"], None),
        ],
    )
    def test_the_transcripts_folder_and_word_times_come_first(self, tmp_path, there, chosen):
        (clip,), _ = lay_out(tmp_path, {"media/s/a.mp4": "", **dict.fromkeys(there, "")}).listing()
        assert clip.transcript == (chosen and tmp_path / chosen)


HEADER = "clip,subject,split\n"
REJECTED = {
    "two media files of one name": (
        {"a.mp4": "", "a.wav": ""},
        ("a", "a.mp4", "clip id 'a' is also that of "),
    ),
    "two paths that give one id": (
        {"s/a.mp4": "", "s__a.mp4": ""},
        ("s__a", "s/a.mp4", "also that of "),
    ),
    "dots in a name": ({"a..b.mp4": ""}, ("a..b", "a..b.mp4", "holds '..'; rename the file")),
    "a line feed in a name": ({"a\nb.mp4": ""}, ("a\nb", "a\nb.mp4", "character U+000A at 1")),
    "a long name": ({"é" * 101 + ".mp4": ""}, ("é" * 101, "é" * 101 + ".mp4", "202 bytes long")),
    "a clip that is not there": (
        {"clip01.mp4": "", "clips.csv": HEADER + "clip1,x,\n"},
        ("clip1", "clips.csv", "line 2: no media for clip 'clip1', nearest: 'clip01'"),
    ),
    "a path out of the folder": (
        {"a.mp4": "", "clips.csv": HEADER + "../x,x,\n"},
        ("../x", "clips.csv", "line 2: clip id '../x' holds a folder separator"),
    ),
    "an absolute path": (
        {"a.mp4": "", "clips.csv": HEADER + "/a.mp4,x,\n"},
        ("/a.mp4", "clips.csv", "holds a folder separator"),
    ),
    "a path for an id": (
        {"s/a.mp4": "", "clips.csv": HEADER + "s/a.mp4,x,\n"},
        ("s/a.mp4", "clips.csv", "holds a folder separator, nearest: 's__a'"),
    ),
    "a file name for an id": (
        {"a.mp4": "", "clips.csv": HEADER + "a.mp4,x,\n"},
        ("a.mp4", "clips.csv", "no media for clip 'a.mp4', nearest: 'a'"),
    ),
    "an unknown split": (
        {"a.mp4": "", "clips.csv": HEADER + "a,x,Train\n"},
        ("a", "clips.csv", "must be train, val, test or empty, got 'Train', nearest: 'train'"),
    ),
    "another word for val": (
        {"a.mp4": "", "clips.csv": HEADER + "a,x,validation\n"},
        ("a", "clips.csv", "got 'validation', nearest: 'val'"),
    ),
    "a clip listed twice": (
        {"a.mp4": "", "clips.csv": HEADER + "a,x,val\na,x,val\n"},
        ("a", "clips.csv", "lines 2 and 3: clip 'a' is listed 2 times"),
    ),
    "a clip without a name": (
        {"a.mp4": "", "clips.csv": HEADER + ",x,val\n"},
        ("", "clips.csv", "clip id '' is empty"),
    ),
    "a misspelt label file": (
        {"media/anna.mp4": "", "labels/ana.csv": ""},
        ("ana", "labels/ana.csv", "labels for clip 'ana', which has no media, nearest: 'anna'"),
    ),
    "a row with a comma too many": (
        {"a.mp4": "", "clips.csv": HEADER + "a,x,,val\n"},
        ("a", "clips.csv", "line 2: expected 3 fields, got 4"),
    ),
    "a misspelt transcript": (
        {"media/anna.mp4": "", "transcripts/ana.srt": ""},
        ("ana", "transcripts/ana.srt", "transcript of clip 'ana', which has no media, nearest: "),
    ),
    "a misspelt clip in the label table": (
        {"anna.mp4": "", "labels.csv": "clip,time,valence,arousal\nana,0,0,0\n"},
        ("ana", "labels.csv", "labels for clip 'ana', which has no media, nearest: 'anna'"),
    ),
}


@pytest.mark.parametrize("files, expected", REJECTED.values(), ids=REJECTED)
def test_a_clip_is_turned_away_with_its_reason(tmp_path, files, expected):
    clip, file, reason = rejections(tmp_path, files)[0]
    assert (clip, file) == expected[:2]
    assert expected[2] in reason


def test_plain_words_that_cannot_be_read_cost_the_words_alone(tmp_path):
    corpus = lay_out(tmp_path, {"media/a.mp4": "", "media/a.txt": b"caf\xe9"})
    (clip,), (rejected,) = corpus.listing()
    assert (clip.id, clip.transcript, clip.sentence) == ("a", None, None)
    assert (rejected.clip, rejected.file) == (None, tmp_path / "media/a.txt")
    assert "a.txt must be UTF-8, but byte 3 is 0xe9" in rejected.reason


def test_plain_words_may_be_utf_16_if_a_mark_says_so(tmp_path):
    files = {"media/a.mp4": "", "media/a.txt": "café ".encode("utf-16")}
    (clip,), rejected = lay_out(tmp_path, files).listing()
    assert (clip.sentence, rejected) == ("café", [])


TAGGED = {
    "a language": (["transcripts/a.en.vtt"], "transcripts/a.en.vtt"),
    "a language and a region": (["media/a.pt-BR.srt"], "media/a.pt-BR.srt"),
    "the media's suffix": (["media/a.mp4.json"], "media/a.mp4.json"),
    "two languages": (["media/a.en.vtt", "media/a.de.vtt"], None),
    "another transcript beside": (["media/a.en.vtt", "transcripts/a.srt"], "transcripts/a.srt"),
    "words without times beside": (["media/a.en.vtt", "transcripts/a.txt"], None),
    "another clip's": (["media/a.en.vtt", "media/a.en.wav"], None),
    "no language": (["media/a.final.vtt"], None),
    "a table": (["media/a.en.csv"], None),
}


@pytest.mark.parametrize("there, read", TAGGED.values(), ids=TAGGED)
def test_a_language_may_stand_in_the_name_of_the_only_transcript(tmp_path, there, read):
    files = {"media/a.mp4": "", **dict.fromkeys(there, "")}
    clips, rejected = lay_out(tmp_path, files).listing()
    assert clips[0].transcript == (read and tmp_path / read)
    used = {file for clip in clips for file in (clip.media, clip.transcript)}
    unread = {tmp_path / name for name in there if not name.endswith(".txt")} - used
    assert {r.file for r in rejected} == unread and len(rejected) == len(unread)


CUT = "clip,subject,split,media,start,end\n"
UNCUT = {
    "no length": ("x,,,a,2,2", "line 2: end must come after start, got 2 s to 2 s"),
    "an end before the start": ("x,,,a,2,1.5", "end must come after start, got 2 s to 1.5 s"),
    "a start before the file": ("x,,,a,-1,3", "line 2: start must be 0 s or later, got '-1'"),
    "a start that is no time": ("x,,,a,nan,3", "start must be 0 s or later, got 'nan'"),
    "an endless end": ("x,,,a,0,inf", "end must be 0 s or later, got 'inf'"),
    "a clock time": ("x,,,a,00:01:00,", "line 2: start must be a number, got '00:01:00'"),
    "a decimal comma": ('x,,,a,"1,5",', "got '1,5'; a decimal comma? write 1.5"),
    "no such file": ("x,,,ab.mp4,0,1", "line 2: no media 'ab.mp4', nearest: 'a'"),
    "no such clip": ("x,,,,0,1", "line 2: no media 'x'"),
    "a path for a name": ("x/y,,,a,0,1", "line 2: clip id 'x/y' holds a folder separator"),
    "a way out of the folder": ("..,,,a,0,1", "line 2: clip id '..' begins with a dot"),
    "two of one name": ("x,,,a,0,1\nx,,,a,1,2", "lines 2 and 3: clip 'x' is listed 2 times"),
}


@pytest.mark.parametrize("row, message", UNCUT.values(), ids=UNCUT)
def test_a_stretch_that_cannot_be_is_turned_away_and_the_others_are_not(tmp_path, row, message):
    files = {"media/a.mp4": "", "clips.csv": CUT + row + "\ngood,,,a,0,1\n"}
    clips, (rejected, *_) = lay_out(tmp_path, files).listing()
    assert [(c.id, c.start, c.end) for c in clips] == [("good", 0.0, 1.0)]
    assert rejected.file.name == "clips.csv" and message in rejected.reason


class TestStretches:
    def test_a_file_that_is_cut_is_no_clip_unless_it_has_a_row(self, tmp_path):
        files = {"media/s/a.mp4": "", "media/b.mp4": "", "media/c.mp4": ""}
        table = "x,,,s/a.mp4,0,1\ny,,,s__a,1,\nz,,,b,,\nb,,val,,,\nc,,,,0.5,2\n"
        clips, rejected = lay_out(tmp_path, {**files, "clips.csv": CUT + table}).listing()
        assert rejected == []
        assert {c.id: (c.media and c.media.stem, c.start, c.end) for c in clips} == {
            "b": ("b", 0.0, None),
            "c": ("c", 0.5, 2.0),
            "x": ("a", 0.0, 1.0),
            "y": ("a", 1.0, None),
            "z": ("b", 0.0, None),
        }

    def test_a_stretch_of_one_file_may_not_be_called_after_another(self, tmp_path):
        files = {"media/a.mp4": "", "media/b.mp4": "", "clips.csv": CUT + "b,,,a,0,1\nc,,,a,1,2\n"}
        clips, (rejected,) = lay_out(tmp_path, files).listing()
        assert [c.id for c in clips] == ["c"]
        assert (rejected.clip, rejected.file) == ("b", tmp_path / "media/b.mp4")
        assert "clip 'b' is cut from 'a', but is the id of this file, too" in rejected.reason

    def test_a_file_of_which_every_stretch_is_wrong_does_not_become_a_clip(self, tmp_path):
        files = {"media/a.mp4": "", "media/b.mp4": "", "clips.csv": CUT + "x,,,a,3,1\n"}
        clips, _ = lay_out(tmp_path, files).listing()
        assert [c.id for c in clips] == ["b"]

    def test_who_is_in_a_file_is_one_person_unless_somebody_says_otherwise(self, tmp_path):
        table = "x,,,a,0,1\ny,,,a,1,2\nz,zoe,,a,2,3\n"
        clips, _ = lay_out(tmp_path, {"media/a.mp4": "", "clips.csv": CUT + table}).listing()
        assert [c.subject for c in clips] == ["a", "a", "zoe"]

    def test_stretches_of_one_file_are_not_in_two_splits(self, tmp_path):
        table = "x,,train,a,0,1\ny,,test,a,1,2\n"
        with pytest.raises(CorpusError, match="subject 'a' is in train"):
            lay_out(tmp_path, {"media/a.mp4": "", "clips.csv": CUT + table}).listing()

    @pytest.mark.parametrize(
        "there, message",
        [
            ("transcripts/x.srt", "x.srt: clip 'x' is cut from 'a'; name the transcript after "),
            ("transcripts/a.txt", "a.txt has no times, so nothing says which of its words are in"),
            ("labels/a.csv", "labels for 'a', of which clips.csv makes clips; label each from its"),
        ],
    )
    def test_what_does_not_say_where_it_belongs_is_turned_away(self, tmp_path, there, message):
        files = {"media/a.mp4": "", "clips.csv": CUT + "x,,,a,0,1\n", there: "word"}
        clips, (rejected,) = lay_out(tmp_path, files).listing()
        assert message in rejected.reason
        assert [c.id for c in clips] == (["x"] if "labels" in there else [])

    def test_a_transcript_is_that_of_the_file_and_plain_words_those_of_the_clip(self, tmp_path):
        files = {"media/a.mp4": "", "clips.csv": CUT + "x,,,a,0,1\ny,,,a,1,2\n"}
        files |= {"media/b.mp4": "", "media/b.txt": "\ufeffall  of it\n", "transcripts/x.txt": "ex"}
        files |= {"transcripts/y.txt": ""}
        clips, rejected = lay_out(tmp_path, files).listing()
        assert [(c.id, c.transcript, c.sentence) for c in clips] == [
            ("b", None, "all  of it"),
            ("x", None, "ex"),
            ("y", None, None),
        ]
        assert rejected == []
        clips, _ = lay_out(tmp_path, {"transcripts/a.srt": "", "media/a.json": ""}).listing()
        timed = [(c.transcript, c.sentence) for c in clips if c.id != "b"]
        assert timed == 2 * [(tmp_path / "transcripts/a.srt", None)]


NAMES = ["Анна Каренина", "a b  c", "smile😀", "日本", "naïve", "100%", "a'b\"c", "-x", "#1"]


@pytest.mark.parametrize("name", NAMES)
def test_a_clip_may_be_called_almost_anything(tmp_path, name):
    quoted = '"' + name.replace('"', '""') + '"'
    files = {f"media/{name}.mp4": "", f"transcripts/{name}.txt": "well"}
    files |= {f"labels/{name}.csv": "time,valence,arousal\n0,0,0\n"}
    files |= {"clips.csv": HEADER + f"{quoted},x,val\n"}
    corpus = lay_out(tmp_path, files)
    (clip,), rejected = corpus.listing()
    assert (clip.id, clip.split, clip.sentence, rejected) == (name, "val", "well", [])
    assert [len(track.times) for track in labelled(corpus, name)] == [1, 1]


def test_a_clip_turned_away_is_not_offered_and_the_others_are(tmp_path):
    files = {
        "a.mp4": "",
        "b.mp4": "",
        "c.mp4": "",
        "c.wav": "",
        "clips.csv": HEADER + "b,x,tset\nc,,\n",
    }
    clips, rejected = lay_out(tmp_path, files).listing()
    assert [clip.id for clip in clips] == ["a"]
    assert [r.clip for r in rejected] == ["b", "c", "c"]


REFUSED = {
    "nothing": ({}, "no media below"),
    "labels alone": ({"labels/a.csv": ""}, LAYOUT),
    "two places for labels": (
        {"a.mp4": "", "labels/a.csv": "", "labels.csv": ""},
        "keep one of them",
    ),
    "an index without a split": (
        {"a.mp4": "", "clips.csv": "clip,subject,spilt\n"},
        "clips.csv line 1: expected the header clip,subject,split, got 'clip,subject,spilt': "
        "no column 'split', nearest: 'spilt'",
    ),
    "an empty index": ({"a.mp4": "", "clips.csv": ""}, "got an empty file"),
    "a subject in train and test": (
        {"a.mp4": "", "b.mp4": "", "clips.csv": HEADER + "a,anna,train\nb,anna,test\n"},
        "subject 'anna' is in train (clip 'a') and in test (clip 'b')",
    ),
    "a target twice in the table": (
        {"a.mp4": "", "labels.csv": "clip,time,joy,joy\n"},
        "labels.csv line 1: got column 'joy' twice",
    ),
    "an open quote": ({"a.mp4": "", "clips.csv": HEADER + '"a,x,val\n'}, "clips.csv line 2: "),
}


@pytest.mark.parametrize("files, message", REFUSED.values(), ids=REFUSED)
def test_a_corpus_that_cannot_be_used_as_a_whole_is_refused(tmp_path, files, message):
    with pytest.raises(CorpusError) as failure:
        lay_out(tmp_path, files).listing()
    assert message in str(failure.value)


def test_a_missing_folder_is_answered_with_the_right_one(tmp_path):
    (tmp_path / "recordings").mkdir()
    with pytest.raises(CorpusError, match=r"no corpus folder .*recordngs, nearest: 'recordings'"):
        build(path=str(tmp_path / "recordngs"))


def test_a_file_is_no_corpus(tmp_path):
    (tmp_path / "a.mp4").touch()
    with pytest.raises(CorpusError, match="must be a folder, got the file"):
        build(path=str(tmp_path / "a.mp4"))


LABELS = "time,valence,arousal\n"


class TestLabels:
    def test_values_and_times_are_those_of_the_file(self, tmp_path):
        rows = LABELS + "0,-1,1\n0.5,0.25,-0.5\n"
        valence, arousal = labelled(lay_out(tmp_path, {"labels/a.csv": rows}))
        assert valence.values.tolist() == [[-1], [0.25]]
        assert arousal.values.tolist() == [[1], [-0.5]]
        for track in (valence, arousal):
            np.testing.assert_array_equal(track.times, [0, 0.5])
            assert track.mask.all()

    def test_a_row_annotated_in_one_target_counts_for_that_one(self, tmp_path):
        rows = "0,0.5,0.5\n1,nan,0.5\n2,0.5,\n3,-5,0.5\n4,0,-5.0\n"
        lay_out(tmp_path, {"labels/a.csv": LABELS + rows})
        valence, arousal = labelled(build(path=str(tmp_path), unlabelled=-5))
        ok, none = State.OK, State.UNLABELLED
        assert valence.state.tolist() == [ok, none, ok, none, ok]
        assert arousal.state.tolist() == [ok, ok, none, ok, none]
        assert np.isnan(valence.values[[1, 3]]).all() and valence.values[4] == 0

    def test_one_table_holds_the_rows_of_every_clip(self, tmp_path):
        table = "clip,time,valence,arousal\na,0,0.1,0\nb,0,0.2,0\na,1,0.3,0\n"
        corpus = lay_out(tmp_path, {"labels.csv": table})
        assert labelled(corpus, "a")[0].values[:, 0].tolist() == pytest.approx([0.1, 0.3])
        assert labelled(corpus, "b")[0].times.tolist() == [0]
        assert corpus.labels("c", BOTH) == {}

    def test_neither_a_table_without_rows_nor_no_table_has_labels(self, tmp_path):
        corpus = lay_out(tmp_path, {"labels/a.csv": LABELS})
        assert corpus.labels("a", BOTH) == corpus.labels("b", BOTH) == {}

    @pytest.mark.parametrize("name", ["labels/a.csv", "labels.csv"])
    def test_any_columns_are_targets_in_ranges_of_their_own(self, tmp_path, name):
        text = "joy,x,clip,time,dominance\n5,?,a,0.5,-0.25\n1,?,a,2,\n"
        corpus = lay_out(tmp_path, {name: text})
        targets = {"dominance": (-1, 1), "joy": (1, 5)}
        dominance, joy = labelled(corpus, "a", targets)
        assert joy.values.tolist() == [[5], [1]] and dominance.values[0] == -0.25
        assert dominance.state.tolist() == [State.OK, State.UNLABELLED]
        assert {"dominance", "joy"} <= set(corpus.targets())

    def test_a_table_with_some_of_the_targets_gives_those(self, tmp_path):
        files = {"labels/a.csv": "time,arousal\n0,0.5\n", "labels/b.csv": LABELS + "0,1,0\n"}
        corpus = lay_out(tmp_path, files)
        assert list(corpus.labels("a", BOTH)) == ["arousal"]
        assert list(corpus.labels("b", BOTH)) == ["valence", "arousal"]
        assert corpus.targets() == ["arousal", "valence"]

    @pytest.mark.parametrize("name", ["labels/a.csv", "labels.csv"])
    def test_a_table_with_none_of_the_targets_names_those_it_has(self, tmp_path, name):
        corpus = lay_out(tmp_path, {name: "clip,time,joy,valnce\na,0,0,0\n"})
        with pytest.raises(CorpusError) as failure:
            corpus.labels("a", BOTH)
        said = "line 1: no column 'valence' or 'arousal', got joy, valnce, nearest: 'valnce'"
        assert f"{tmp_path / name} {said}" in str(failure.value)

    def test_targets_may_have_columns_of_other_names(self, tmp_path):
        lay_out(tmp_path, {"labels/a.csv": "time,V,A\n0,0.5,0.25\n"})
        columns = {"valence": "V", "arousal": "A"}
        corpus = build(path=str(tmp_path), columns=columns)
        valence, arousal = labelled(corpus)
        assert valence.values == 0.5 and arousal.values == 0.25
        assert corpus.targets() == ["arousal", "valence"]

    def test_a_table_that_cannot_be_read_hides_no_target_of_the_others(self, tmp_path):
        files = {"labels/a.csv": b"time,caf\xe9\n", "labels/b.csv": "time,joy\n"}
        assert lay_out(tmp_path, files).targets() == ["joy"]

    def test_a_byte_order_mark_crlf_and_further_columns_are_welcome(self, tmp_path):
        text = "\ufefftime, valence, arousal, dominance\r\n0, 0.5, 0.5, 9\r\n\r\n1, 0, 0, 9\r\n"
        track, _ = labelled(lay_out(tmp_path, {"labels/a.csv": text}))
        assert track.times.tolist() == [0, 1]

    def test_a_row_with_a_field_too_many_spoils_its_clip_and_no_other(self, tmp_path):
        table = "clip,time,valence,arousal\na,0,0,5,0\nb,0,0.2,0\n"
        corpus = lay_out(tmp_path, {"a.mp4": "", "b.mp4": "", "labels.csv": table})
        assert len(corpus.listing()[0]) == 2
        labelled(corpus, "b")
        with pytest.raises(
            CorpusError, match=r"labels\.csv line 2: expected 4 fields, got 5; a de"
        ):
            corpus.labels("a", BOTH)

    def test_one_clip_of_a_table_does_not_spoil_another(self, tmp_path):
        table = "clip,time,valence,arousal\na,0,7,0\nb,0,0.2,0\n"
        corpus = lay_out(tmp_path, {"labels.csv": table})
        labelled(corpus, "b")
        with pytest.raises(CorpusError, match=r"labels\.csv line 2: valence"):
            corpus.labels("a", BOTH)


BROKEN = {
    "no header": ("0,0.5,0.5\n", "line 1: expected the header time,valence,arousal, got '0,0.5"),
    "another case": ("Time,Valence,Arousal\n", "no column 'time', nearest: 'Time'"),
    "a column twice": ("time,valence,arousal,time\n", "got column 'time' twice"),
    "a target twice": ("time,valence,arousal,valence\n", "got column 'valence' twice"),
    "semicolons": ("time;valence;arousal\n0;0;0\n", "separated by commas, got semicolons"),
    "tabs": ("time\tvalence\tarousal\n", "separated by commas, got tabs"),
    "an empty file": ("", "got an empty file"),
    "a word": (LABELS + "0,0,0\n1,high,0\n", "line 3: valence must be a number, got 'high'"),
    "a grouped number": (LABELS + "1_0,0,0\n", "line 2: time must be a number, got '1_0'"),
    "no time": (LABELS + ",0,0\n", "line 2: time must be a number, got ''"),
    "a decimal comma": (LABELS + '0,"0,5",0\n', "got '0,5'; a decimal comma? write 0.5"),
    "bare decimal commas": (LABELS + "0,0,5,0,5\n", "expected 3 fields, got 5; a decimal comma?"),
    "a short row": (LABELS + "0,0\n", "line 2: expected 3 fields, got 2"),
    "another scale": (
        LABELS + "0,7,3\n",
        "line 2: valence must lie in [-1, 1], got 7; say its range under `targets` in params.yaml",
    ),
    "infinity": (LABELS + "0,0,inf\n", "arousal must lie in [-1, 1], got inf"),
    "a value for 'not annotated'": (
        LABELS + "0,0,-5\n",
        "name the value that means 'not annotated'",
    ),
    "time standing still": (
        LABELS + "1,0,0\n1,0,0\n",
        "line 3: times must increase, got 1 s after",
    ),
    "time running back": (
        LABELS + "1,0,0\n2,0,0\n0.5,0,0\n",
        "line 4: times must increase, got 0.5",
    ),
    "a time that is none": (LABELS + "nan,0,0\n", "time must be a number of seconds, got 'nan'"),
    "another encoding": (b"time,valence,arousal,caf\xe9\n", "must be UTF-8, but byte 24 is 0xe9"),
    "UTF-16": (LABELS.encode("utf-16"), "must be UTF-8, but byte 0 is 0xff"),
}


@pytest.mark.parametrize("text, message", BROKEN.values(), ids=BROKEN)
def test_a_broken_label_file_is_named_with_its_line(tmp_path, text, message):
    with pytest.raises(CorpusError) as failure:
        lay_out(tmp_path, {"labels/a.csv": text}).labels("a", BOTH)
    assert str(failure.value).startswith(str(tmp_path / "labels/a.csv"))
    assert message in str(failure.value)


@pytest.mark.parametrize(
    "text", ["", " ", "a/b", "a\\b", "..", "a..b", ".a", "a\0", "a\x7f", "x" * 201]
)
def test_an_unsafe_id_is_refused(text):
    assert not safe_id(text)
    with pytest.raises(CorpusError, match="clip id"):
        check_id(text)


@pytest.mark.parametrize("text", ["a", "s1__a.b", "réne 02", "日本", "x" * 200])
def test_a_safe_id_passes_unchanged(text):
    assert safe_id(text)
    assert check_id(text) == text
