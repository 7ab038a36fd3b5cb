"""A table of sentences: what is read, and what is said of rows that cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from features.corpora.sentences import build
from features.corpus import CorpusError
from features.track import State
from tests.repo import ROOT

HEADER = "id,text,valence,arousal,subject,split\n"
BOTH = {"valence": (-1.0, 1.0), "arousal": (-1.0, 1.0)}
EMOBANK = ROOT.parent / "shared" / "corpora" / "emobank" / "sentences.csv"  # on some machines
GOOD = 'good,"so, be it",0.5,-0.5,anna,val\n'


def lay_out(tmp_path, content):
    file = tmp_path / "table.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return build(path=str(file))


def test_a_row_is_a_clip_of_words_alone(tmp_path):
    corpus = lay_out(tmp_path, HEADER + GOOD + "other,No.,,,,\n")
    (good, other), rejected = corpus.listing()
    assert (good.id, good.media, good.transcript, good.sentence) == (
        "good",
        None,
        None,
        "so, be it",
    )
    assert (good.subject, good.split) == ("anna", "val")
    assert (other.subject, other.split, rejected) == ("other", None, [])


def test_a_label_holds_for_all_the_time_the_sentence_takes(tmp_path):
    corpus = lay_out(tmp_path, HEADER + GOOD + "other,No.,nan,0.5,,\n")
    for target, value in (("valence", 0.5), ("arousal", -0.5)):
        label = corpus.labels("good", BOTH)[target]
        assert 0 < label.times[0] <= 0.02 and 1.18 <= label.times[-1] < 1.2  # 3 words of 0.4 s
        np.testing.assert_array_equal(np.unique(label.values), [value])
    assert corpus.labels("nobody", BOTH) == {}


def test_a_sentence_rated_in_one_target_has_a_label_of_that(tmp_path):
    labels = lay_out(tmp_path, HEADER + "other,No.,nan,0.5,,\n").labels("other", BOTH)
    assert set(labels["valence"].state) == {State.UNLABELLED}
    assert labels["arousal"].mask.all()


def test_another_scale_becomes_that_of_the_target(tmp_path):
    lay_out(tmp_path, "id,text,valence,arousal\na,hello,5,2\nb,hi,0,1\n")
    corpus = build(path=str(tmp_path / "table.csv"), scale=[1, 5], unlabelled=0)
    a = corpus.labels("a", {"valence": (-1, 1), "arousal": (0, 100)})
    assert a["valence"].values[0] == 1 and a["arousal"].values[0] == 25
    assert corpus.labels("b", BOTH)["valence"].state[0] == State.UNLABELLED


def test_without_a_scale_values_are_in_the_range_of_their_target(tmp_path):
    corpus = lay_out(tmp_path, "id,text,joy\na,hello,4.7\n")
    assert corpus.labels("a", {"joy": (1, 5)})["joy"].values[0] == np.float32(4.7)
    with pytest.raises(CorpusError, match=r"line 2: joy must lie in \[1, 4\], got 4.7; say its ra"):
        corpus.labels("a", {"joy": (1, 4)})


@pytest.mark.parametrize("named", [None, {"valence": "V", "arousal": "A", "dominance": "D"}])
def test_the_table_of_emobank_works_as_it_is_published(tmp_path, named):
    text = 'id,split,V,A,D,text\na,dev,3.0,2.5,1,"Well, yes."\nb,train,1,5,3,No.\n'
    lay_out(tmp_path, text)
    corpus = build(path=str(tmp_path / "table.csv"), columns=named)
    assert [clip.split for clip in corpus.listing()[0]] == ["val", "train"]
    targets = dict.fromkeys(named or "VAD", (1.0, 5.0))
    assert corpus.targets() == sorted(targets)
    labels = corpus.labels("a", targets)
    assert [track.values[0].item() for track in labels.values()] == [3, 2.5, 1]


@pytest.mark.skipif(not EMOBANK.exists(), reason="needs ../shared/corpora")
@pytest.mark.parametrize("named", [None, {"V": "valence", "A": "arousal", "D": "dominance"}])
def test_emobank_is_read_whole_and_in_its_own_range(named):
    corpus = build(path=str(EMOBANK), columns=named)
    clips, rejected = corpus.listing()
    splits = [clip.split for clip in clips]
    assert rejected == []
    assert [splits.count(s) for s in ("train", "val", "test")] == [8062, 1000, 1000]
    names: list[str] = list(named or ("valence", "arousal", "dominance"))
    targets = dict.fromkeys(names, (1.0, 5.0))
    assert corpus.targets() == sorted(targets)
    labels = corpus.labels("110CYL068_1137_1188", targets)
    found = [np.unique(track.values).tolist() for track in labels.values()]
    assert found == [[np.float32(3.44)], [3.0], [np.float32(3.22)]]
    rated = [corpus.labels(clip.id, targets) for clip in clips[::1009]]
    assert all(list(labels) == list(targets) for labels in rated)


@pytest.mark.parametrize("word", ["val", "dev", "devel", "valid", "validation"])
def test_the_split_val_is_known_by_what_others_call_it(tmp_path, word):
    (clip,), _ = lay_out(tmp_path, f"id,text,split\na,hello,{word}\n").listing()
    assert clip.split == "val"


def test_a_table_without_any_label_has_none(tmp_path):
    corpus = lay_out(tmp_path, "id,text,split\na,hello,\n")
    assert corpus.labels("a", BOTH) == {} and corpus.targets() == []


def test_a_table_with_labels_of_others_alone_names_them_and_the_nearest(tmp_path):
    corpus = lay_out(tmp_path, "id,text,valnce,joy\na,hello,0,0\n")
    with pytest.raises(CorpusError) as failure:
        corpus.labels("a", BOTH)
    said = "table.csv line 1: no column 'valence' or 'arousal', got valnce, joy, nearest: 'valnce'"
    assert said in str(failure.value)


def test_a_byte_order_mark_crlf_blank_lines_and_line_breaks_in_a_text_are_welcome(tmp_path):
    text = '\ufefftext,id,note,arousal,valence\r\n\r\n"one\r\ntwo",a,x,0,1\r\n'
    (clip,), rejected = lay_out(tmp_path, text).listing()
    assert (clip.sentence, rejected) == ("one\r\ntwo", [])


REJECTED = {  # a row -> whose it is, and what is said of it
    "a field too few": ("bad,hello,0.5", "bad", "line 3: expected 6 fields, got 3"),
    "a bare comma": ("bad,yes, well,0,0,,", "bad", "line 3: expected 6 fields, got 7"),
    "no text": ("bad,,0,0,,", "bad", "line 3: the text is empty"),
    "blank text": ('bad,"  ",0,0,,', "bad", "line 3: the text is empty"),
    "no id": (",hello,0,0,,", "", "line 3: id '' is empty"),
    "a separator": ("a/b,hello,0,0,,", "a/b", "line 3: id 'a/b' holds a folder separator"),
    "two dots": ("a..b,hello,0,0,,", "a..b", "line 3: id 'a..b' holds '..'"),
    "a long id": ("x" * 201 + ",hello,0,0,,", "x" * 201, "is 201 bytes long, at most 200 fit"),
    "a doubled id": ("bad,a,0,0,,\nbad,b,0,0,,", "bad", "lines 3 and 4: id 'bad' is there 2 times"),
    "an unknown split": ("bad,hello,0,0,,trian", "bad", "got 'trian', nearest: 'train'"),
}
UNLABELLED = {
    "another scale": ("bad,hello,7,0,,", "line 3: valence must lie in [-1, 1], got 7"),
    "a word": ("bad,hello,0,high,,", "line 3: arousal must be a number, got words"),
    "words with a comma": ('bad,hello,0,"hello, you",,', "arousal must be a number, got words"),
    "a decimal comma": ('bad,hello,"0,5",0,,', "got '0,5'; a decimal comma? write 0.5"),
    "infinity": ("bad,hello,0,inf,,", "line 3: arousal must lie in [-1, 1], got inf"),
    "a grouped number": ("bad,hello,1_0,0,,", "line 3: valence must be a number, got '1_0'"),
}


@pytest.mark.parametrize("row, name, message", REJECTED.values(), ids=REJECTED)
def test_a_broken_row_is_named_with_its_line_and_the_others_are_used(tmp_path, row, name, message):
    corpus = lay_out(tmp_path, HEADER + GOOD + row + "\n")
    clips, (rejected,) = corpus.listing()
    assert [clip.id for clip in clips] == ["good"] and list(corpus.labels("good", BOTH)) == list(
        BOTH
    )
    assert (rejected.clip, rejected.file.name) == (name, "table.csv")
    assert message in rejected.reason and "table.csv line" in rejected.reason
    assert "hello" not in rejected.reason  # what people said stays where it is


@pytest.mark.parametrize("row, message", UNLABELLED.values(), ids=UNLABELLED)
def test_a_broken_label_is_named_with_its_line_and_the_others_are_used(tmp_path, row, message):
    corpus = lay_out(tmp_path, HEADER + GOOD + row + "\n")
    assert len(corpus.listing()[0]) == 2 and list(corpus.labels("good", BOTH)) == list(BOTH)
    with pytest.raises(CorpusError) as failure:
        corpus.labels("bad", BOTH)
    assert message in str(failure.value) and "table.csv line 3" in str(failure.value)
    assert "hello" not in str(failure.value)  # what people said stays where it is


REFUSED = {
    "nothing": ("", "got an empty file"),
    "semicolons": ("id;text;valence;arousal\n", "separated by commas, got semicolons"),
    "tabs": ("id\ttext\tvalence\tarousal\n", "got tabs"),
    "a misspelt column": ("id,txt,valence,arousal\n", "no column 'text', nearest: 'txt'"),
    "no header": ("a,hello,0,0\n", "line 1: expected the header id,text"),
    "a column twice": ("id,text,text,valence,arousal\n", "column 'text' twice"),
    "a target twice": ("id,text,valence,arousal,valence\n", "column 'valence' twice"),
    "Latin-1": (HEADER.encode() + b"a,caf\xe9,0,0,,\n", "must be UTF-8, but byte 43 is 0xe9"),
    "UTF-16": (HEADER.encode("utf-16"), "must be UTF-8, but byte 0 is 0xff"),
    "an open quote": (HEADER + 'a,"hello,0,0,,\n', "table.csv line 2: "),
    "a subject in two splits": (
        HEADER + GOOD + "b,hello,0,0,anna,test\n",
        "subject 'anna' is in test (clip 'b') and in val (clip 'good')",
    ),
}


@pytest.mark.parametrize("content, message", REFUSED.values(), ids=REFUSED)
def test_a_table_that_cannot_be_used_as_a_whole_is_refused(tmp_path, content, message):
    with pytest.raises(CorpusError) as failure:
        lay_out(tmp_path, content).listing()
    assert message in str(failure.value) and "table.csv" in str(failure.value)


def test_a_missing_table_is_answered_with_the_right_one(tmp_path):
    (tmp_path / "sentences.csv").touch()
    with pytest.raises(CorpusError, match=r"no table .*sentence\.csv, nearest: 'sentences\.csv'"):
        build(path=str(tmp_path / "sentence.csv"))
