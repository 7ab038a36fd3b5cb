"""What holds of every corpus adapter, tried on a small corpus in exactly its layout."""

from __future__ import annotations

import numpy as np
import pytest

from features.corpora import affwild2, folder, mosei, muse, omg, recola, sentences
from features.corpus import SPLITS, CorpusError, safe_id
from features.extractor import UnknownNameError, available, build
from features.track import State
from tests.features.conftest import write_film

VA = "annotations/VA_Estimation_Challenge"
RATED = "time;FM1 ;FM2;FF1\n0;0;0.1;0.2\n0.04;0.1;;0.4\n0.08;;;\n"
MUSE = "timestamp,segment_id,value\n0,1,0.5\n500,1,\n3000,2,-1\n"
OMG = "link,start,end,video,utterance,arousal,valence,EmotionMaxVote\n"
MOSEI = "video_id,clip_id,text,label,annotation,mode\n"
BOTH = {"valence": (-1.0, 1.0), "arousal": (-1.0, 1.0)}
SENTIMENT = {"sentiment": (-1.0, 1.0)}
OWN = "RECOLA-Annotation/emotional_behaviour"

# per adapter: files below the corpus, options, and the clips that are expected: {id: split}
CORPORA = {
    "folder": (
        {
            "media/b.mp4": "",
            "media/s/a.wav": "",
            "labels/s__a.csv": "time,valence,arousal\n0,0.5,0\n1,,1\n",
            "clips.csv": "clip,subject,split\nb,anna,test\n",
        },
        {},
        {"b": "test", "s__a": None},
    ),
    "affwild2": (
        {
            f"{VA}/Train_Set/v1_left.txt": "valence,arousal\n0.5,0.25\n-5,-5\n0,0\n",
            f"{VA}/Train_Set/v1_right.txt": "valence,arousal\n0,0\n0.1,0.1\n0.2,-0.2\n",
            f"{VA}/Validation_Set/v2.txt": "valence,arousal\n1,1\n-1,-1\n-5,0\n",
            "test.txt": "v3\n",
            **dict.fromkeys((f"videos/batch1/v{i}.mp4" for i in (1, 2, 3)), None),
        },
        {"test": "test.txt"},
        {"v1_left": "train", "v1_right": "train", "v2": "val", "v3": "test"},
    ),
    "recola": (
        {
            f"{OWN}/valence/P16.csv": RATED,
            f"{OWN}/arousal/P16.csv": RATED,
            f"{OWN}/valence/P17.csv": RATED,
            f"{OWN}/arousal/P17.csv": RATED,
            "RECOLA-Video-recordings/P16.mp4": "",
            "RECOLA-Audio-recordings/P16.wav": "",
            "RECOLA-Audio-recordings/P17.wav": "",
            "clips.csv": "clip,subject,split\nP17,P17,val\n",
        },
        {"gold": "ewe", "lag_s": 0.04},
        {"P16": None, "P17": "val"},
    ),
    "muse": (
        {
            "metadata/partition.csv": "Id,Proposal\n10,train\n2,devel\n3,test\n",
            **{
                f"label_segments/{d}/{i}.csv": MUSE for d in ("valence", "arousal") for i in (10, 2)
            },
            "raw_data/video/10.mp4": "",
            "raw_data/video/2.mp4": "",
            "raw_data/audio/3.wav": "",
        },
        {},
        {"10": "train", "2": "val", "3": "test"},
    ),
    "omg": (
        {
            "omg_TrainVideos.csv": OMG + "u,0,1.5,v1,utterance_1.mp4,0.5,-1,4\n"
            "u,2,2.9,v1,utterance_2.mp4,0.25,,4\n",
            "omg_ValidationVideos.csv": OMG + "u,3.5,4,v2,utterance_1.mp4,1,1,3\n",
            "omg_TestVideos_WithoutLabels.csv": "link,start,end,video,utterance\nu,0,1,v3,x.mp4\n",
            "omg_TrainTranscripts.csv": 'video,utterance,transcript\nv1,utterance_1.mp4,"a, b"\n',
            "media/train/v1/utterance_1.mp4": "",
            "media/train/v1/utterance_1.wav": "",
            "media/train/v1/utterance_2.mp4": "",
            "media/v2.mp4": "",
            "media/v3.mp4": "",
        },
        {},
        {
            "v1__utterance_1": "train",
            "v1__utterance_2": "train",
            "v2__utterance_1": "val",
            "v3__x": "test",
        },
    ),
    "mosei": (
        {
            "label.csv": MOSEI + "v1,0,one,-3,Negative,train\nv1,10,two,,,train\n"
            "v2,1,three,1.5,Positive,valid\n",
            "Transcript/Segmented/Combined/v1.txt": "v1___0___-0.5___1.5___one\n"
            "v1___10___2___3___two ___ halves\n",
            "Transcript/Segmented/Combined/v2.txt": "v2___1___4.5___7___three\n",
            "Raw/v1/0.mp4": "",
            "Raw/v1/10.mp4": "",
            "Videos/Full/Combined/v2.mp4": "",
        },
        {},
        {"v1__0": "train", "v1__10": "train", "v2__1": "val"},
    ),
    "sentences": (
        {
            "table.csv": "id,text,valence,arousal,subject,split\n"
            "s2,It rains.,-0.5,,anna,test\ns1,How nice!,1,0.5,ben,\n"
        },
        {},
        {"s1": None, "s2": "test"},
    ),
}
MODULES = {
    m.__name__.rpartition(".")[2]: m
    for m in (affwild2, folder, mosei, muse, omg, recola, sentences)
}


def lay_out(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if text is None:  # a video of three frames
            write_film(root / name, np.zeros((3, 16, 16, 3), np.uint8), [0.0, 0.04, 0.12])
        else:
            (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def adapter(name, root, **more):
    path = root / "table.csv" if name == "sentences" else root
    return build("corpora", name, {"path": str(path), **CORPORA[name][1], **more})


def ranges(name):
    """The targets that the corpus of an adapter has labels of, in [-1, 1]."""
    return SENTIMENT if name == "mosei" else BOTH


def read(corpus, targets):
    """The labels of every clip, {clip: {target: track}}."""
    return {clip.id: corpus.labels(clip.id, targets) for clip in corpus.listing()[0]}


def told(track):
    """A track as bytes, which can be compared."""
    return tuple(x.tobytes() for x in (track.values, track.times, track.state))


def test_every_adapter_is_tried():
    assert sorted(CORPORA) == available("corpora")


@pytest.fixture(params=CORPORA)
def corpus(request, tmp_path):
    lay_out(tmp_path, CORPORA[request.param][0])
    return request.param, adapter(request.param, tmp_path)


class TestEveryCorpus:
    def test_lists_its_clips_sorted_unique_and_safe(self, corpus):
        name, reader = corpus
        clips, rejected = reader.listing()
        assert rejected == []
        assert {clip.id: clip.split for clip in clips} == CORPORA[name][2]
        assert [clip.id for clip in clips] == sorted(CORPORA[name][2])
        assert all(safe_id(clip.id) for clip in clips)
        assert all(clip.media.is_file() if clip.media else clip.sentence for clip in clips)

    def test_lists_the_same_twice(self, corpus, tmp_path):
        name, reader = corpus
        assert reader.listing() == reader.listing() == adapter(name, tmp_path).listing()

    def test_puts_no_subject_in_two_splits(self, corpus):
        splits = {}
        for clip in corpus[1].listing()[0]:
            assert clip.split in (*SPLITS, None)
            assert splits.setdefault(clip.subject, clip.split) == clip.split

    def test_says_what_it_has_labels_of(self, corpus):
        assert sorted(corpus[1].targets()) == sorted(ranges(corpus[0]))

    def test_has_labels_in_range_masks_where_nobody_annotated_and_times_that_increase(self, corpus):
        found = read(corpus[1], ranges(corpus[0])).values()
        tracks = [track for labels in found for track in labels.values()]
        assert tracks
        for labels in tracks:
            assert labels.dim == 1 and (np.diff(labels.times) > 0).all() and labels.times[0] >= 0
            assert (np.abs(labels.values[labels.mask]) <= 1).all()
            assert set(labels.state) <= {State.OK, State.UNLABELLED}
        assert any(t.mask.any() for t in tracks)
        assert not all(t.mask.all() for t in tracks)  # each example leaves something out

    def test_has_no_labels_for_a_clip_it_does_not_know(self, corpus):
        assert corpus[1].labels("nobody", ranges(corpus[0])) == {}

    def test_gives_of_several_targets_the_one_that_is_asked_for(self, corpus):
        name, reader = corpus
        for clip, labels in read(reader, ranges(name)).items():
            for target, span in ranges(name).items():
                one = reader.labels(clip, {target: span})
                assert one.keys() == labels.keys() & {target}
                assert all(told(track) == told(labels[target]) for track in one.values())

    def test_gives_the_same_tracks_in_any_order_of_targets(self, corpus):
        name, reader = corpus
        turned = dict(reversed(ranges(name).items()))
        for clip, labels in read(reader, ranges(name)).items():
            again = reader.labels(clip, turned)
            assert list(again) == [target for target in turned if target in labels]
            assert {t: told(x) for t, x in again.items()} == {t: told(x) for t, x in labels.items()}

    def test_has_no_entry_for_a_target_that_nobody_rated(self, corpus):
        name, reader = corpus
        before = read(reader, ranges(name))
        after = read(reader, {"boredom": (0.0, 1.0), **ranges(name)})
        assert {c: list(x) for c, x in after.items()} == {c: list(x) for c, x in before.items()}

    def test_reads_tables_with_a_byte_order_mark_and_crlf(self, corpus, tmp_path):
        name, reader = corpus
        before = read(reader, ranges(name))
        for file in tmp_path.rglob("*.csv"):
            file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
        after = read(adapter(name, tmp_path), ranges(name))
        assert list(after) == list(before)
        for old, new in zip(before.values(), after.values(), strict=True):
            assert {t: told(x) for t, x in old.items()} == {t: told(x) for t, x in new.items()}


RAW = {"folder": {"scale": [-1, 1]}, "sentences": {"scale": [-1, 1]}}  # others know their scale


@pytest.mark.parametrize("name", CORPORA)
@pytest.mark.parametrize("low, high", [(0.0, 10.0), (-3.0, 2.0)])
def test_labels_are_the_linear_map_onto_any_range(tmp_path, name, low, high):
    lay_out(tmp_path, CORPORA[name][0])
    reader = adapter(name, tmp_path, **RAW.get(name, {}))
    unit = read(reader, ranges(name))
    wide = read(reader, dict.fromkeys(ranges(name), (low, high)))
    for clip, labels in unit.items():
        assert list(wide[clip]) == list(labels)
        for target, track in wide[clip].items():
            expected = low + (labels[target].values + 1) * (high - low) / 2
            np.testing.assert_allclose(track.values, expected, atol=1e-5)
            assert told(track)[1:] == told(labels[target])[1:]
            inside = track.values[track.mask]
            assert (inside >= low).all() and (inside <= high).all()


@pytest.mark.parametrize("name", sorted(CORPORA.keys() - {"sentences"}))
class TestEveryFolder:
    def test_shows_its_layout_where_nothing_is_laid_out(self, tmp_path, name):
        with pytest.raises(CorpusError) as failure:
            adapter(name, tmp_path).listing()
        assert MODULES[name].LAYOUT in str(failure.value)

    def test_says_where_the_data_come_from_and_shows_a_tree(self, name):
        said = MODULES[name].__doc__ or ""
        assert said.count("<path>/") >= 3
        assert name == "folder" or "research" in said

    def test_names_the_nearest_folder_and_the_nearest_option(self, tmp_path, name):
        (tmp_path / "recordings").mkdir()
        with pytest.raises(CorpusError, match=r"no corpus folder .*recordngs, nearest: 'recordi"):
            adapter(name, tmp_path / "recordngs")
        with pytest.raises(UnknownNameError, match="Did you mean 'path'"):
            build("corpora", name, {**CORPORA[name][1], "pth": str(tmp_path)})


# what is written over the corpus, and what is said: in a rejection of a clip, by labels(clip),
# or by listing() as a whole
PARTITION, SEGMENTS = "metadata/partition.csv", "Transcript/Segmented/Combined/v1.txt"
TRAIN, LABEL = "omg_TrainVideos.csv", "label.csv"
VALENCE, TRACE = f"{OWN}/valence/P16.csv", "label_segments/valence/10.csv"
FRAMES = f"{VA}/Train_Set/v1_left.txt"
BROKEN = {
    "affwild2 header": ("affwild2", FRAMES, "valence,arousl\n0,0\n", "v1_left",
                        "line 1: expected the header valence,arousal"),
    "affwild2 empty": ("affwild2", FRAMES, "", "v1_left", "got an empty file"),
    "affwild2 no header": ("affwild2", FRAMES, "0,0\n0,0\n0,0\n", "v1_left", "no column 'valence'"),
    "affwild2 word": ("affwild2", FRAMES, "valence,arousal\n0,0\n0,x\n", "v1_left",
                      "line 3: arousal must be a number, got 'x'"),
    "affwild2 range": ("affwild2", FRAMES, "valence,arousal\n0,1.01\n", "v1_left",
                       "line 2: arousal must lie in [-1, 1], got 1.01"),
    "affwild2 semicolons": ("affwild2", FRAMES, "valence;arousal\n0;0\n", "v1_left", "semicolons"),
    "affwild2 Latin-1": ("affwild2", FRAMES, b"valence,arousal\n\xe9,0\n", "v1_left", "byte 16"),
    "recola header": ("recola", VALENCE, "tme;FM1\n0;0\n", "P16", "no column 'time', nearest"),
    "recola commas": ("recola", VALENCE, RATED.replace(";", ","), "P16",
                      "separated by semicolons, got commas"),
    "recola short row": ("recola", VALENCE, "time;FM1;FM2\n0;0\n", "P16", "line 2: expected 3"),
    "recola decimal comma": ("recola", VALENCE, "time;FM1\n0;0,5\n", "P16", "a decimal comma? wr"),
    "recola range": ("recola", VALENCE, RATED.replace("0.4", "4"), "P16",
                     "line 3: FF1 must lie in [-1, 1], got 4"),
    "recola time": ("recola", VALENCE, RATED.replace("0.04", "0"), "P16",
                    "line 3: times must increase, got 0 s after 0 s"),
    "recola nobody": ("recola", VALENCE, "time\n0\n", "P16", "a column for each rater"),
    "muse header": ("muse", TRACE, "timestamp,segment_id,valu\n", "10", "nearest: 'valu'"),
    "muse word": ("muse", TRACE, MUSE.replace("-1", "low"), "10",
                  "line 4: value must be a number, got 'low'"),
    "muse seconds": ("muse", TRACE, MUSE.replace("3000", "3"), "10",
                     "line 4: times must increase, got 0.003 s after 0.5 s"),
    "muse split": ("muse", PARTITION, "Id,Proposal\n10,train\n2,develop\n", "2",
                   "line 3: partition must be train, devel, test, got 'develop', nearest: 'devel'"),
    "muse twice": ("muse", PARTITION, "Id,Proposal\n10,train\n2,devel\n2,test\n", "2",
                   "lines 3 and 4: clip '2' is listed 2 times"),
    "muse no media": ("muse", PARTITION, "Id,Proposal\n10,train\n99,test\n", "99",
                      "line 3: no media for clip '99'"),
    "muse not listed": ("muse", PARTITION, "Id,Proposal\n10,train\n3,test\n", "2",
                        "does not list '2'"),
    "muse short row": ("muse", PARTITION, "Id,Proposal\n10,train\n2\n", "2",
                       "line 3: expected 2 fields, got 1"),
    "omg long row": ("omg", TRAIN, OMG + "u,0,1,v1,utterance_1.mp4,0,5,0,4\n", "v1",
                     "line 2: expected 8 fields, got 9; a decimal comma?"),
    "mosei long row": ("mosei", LABEL, MOSEI + "v1,0,so, yes,1,,train\nv2,1,,0,,test\n", "v1",
                       "line 2: expected 6 fields, got 7"),
    "muse a path": ("muse", PARTITION, "Id,Proposal\n10,train\n../2,test\n", "../2",
                    "line 3: clip id '../2' holds a folder separator"),
    "omg word": ("omg", TRAIN, OMG + "u,0,1,v1,utterance_1.mp4,0.5,x,4\n", "v1__utterance_1",
                 "line 2: valence must be a number, got 'x'"),
    "omg range": ("omg", TRAIN, OMG + "u,0,1,v1,utterance_1.mp4,-0.5,0,4\n", "v1__utterance_1",
                  "line 2: arousal must lie in [0, 1], got -0.5"),
    "omg backwards": ("omg", TRAIN, OMG + "u,5,4,v1,utterance_1.mp4,0.5,0,4\n", "v1__utterance_1",
                      "line 2: end must come after start, got 5 s to 4 s"),
    "omg zero length": ("omg", TRAIN, OMG + "u,5,5,v1,utterance_1.mp4,0.5,0,4\n", "v1__utterance_1",
                        "line 2: end must come after start"),
    "omg twice": ("omg", TRAIN, OMG + "u,0,1,v1,utterance_1.mp4,0,0,4\n" * 2, "v1__utterance_1",
                  "omg_TrainVideos.csv line 3"),
    "omg no media": ("omg", TRAIN, OMG + "u,0,1,v9,utterance_1.mp4,0,0,4\n", "v9__utterance_1",
                     "line 2: no media for clip 'v9__utterance_1'"),
    "mosei split": ("mosei", LABEL, MOSEI + "v1,0,,1,,vaild\nv2,1,,0,,test\n", "v1__0",
                    "line 2: mode must be train, valid, test, got 'vaild', nearest: 'valid'"),
    "mosei range": ("mosei", LABEL, MOSEI + "v1,0,,3.5,,train\nv2,1,,0,,test\n", "v1__0",
                    "line 2: label must lie in [-3, 3], got 3.5"),
    "mosei times": ("mosei", SEGMENTS, "v1___0___zero___1___a\nv1___10___2___3___b\n", "v1__0",
                    "v1.txt line 1: start must be a number, got 'zero'"),
    "mosei a short line": ("mosei", SEGMENTS, "\nv1___0___0\nv1___10___2___3___b\n", "v1__0",
                           "v1.txt line 2: end must be a number, got ''"),
    "mosei no times": ("mosei", "Transcript/Segmented/Combined/v2.txt", "", "v2__1",
                       "line 4: nothing says where 'v2__1' begins and ends"),
}  # fmt: skip


@pytest.mark.parametrize("name, file, text, clip, message", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_named_and_the_rest_can_be_used(
    tmp_path, name, file, text, clip, message
):
    lay_out(tmp_path, {**CORPORA[name][0], file: text})
    reader = adapter(name, tmp_path)
    clips, rejected = reader.listing()
    said, usable = [str(r.reason) + str(r.file) for r in rejected if r.clip == clip], []
    for candidate in clips:
        try:
            reader.labels(candidate.id, ranges(name))
            usable.append(candidate.id)
        except CorpusError as error:
            assert candidate.id == clip and str(tmp_path) in str(error)
            said.append(str(error))
    assert any(message in reason for reason in said), said
    assert clip not in usable and usable


REFUSED = {
    "muse header": ("muse", PARTITION, "Id,Side\n10,train\n", "no column 'Proposal'"),
    "omg header": ("omg", TRAIN, OMG.replace("video", "vid"), "no column 'video', nearest: 'vid'"),
    "mosei header": ("mosei", LABEL, "video_id,clip_id,label\n", "no column 'mode'"),
    "recola splits": ("recola", "clips.csv", "clip,subject,split\nP16,a,val\nP17,a,train\n",
                     "subject 'a' is in val (clip 'P16') and in train (clip 'P17')"),
    "omg labels": ("omg", TRAIN, "start,end,video,utterance,arousl,valnce\n0,1,v,a,0,0\n",
                   "no column arousal and none valence, nearest: 'arousl', nearest: 'valnce'"),
    "omg splits": ("omg", "omg_ValidationVideos.csv", OMG + "u,3,4,v1,x.mp4,1,1,3\n",
                  "subject 'v1' is in train"),
}  # fmt: skip


@pytest.mark.parametrize("name, file, text, message", REFUSED.values(), ids=REFUSED)
def test_a_corpus_that_cannot_be_used_as_a_whole_is_refused(tmp_path, name, file, text, message):
    more = {"media/v1.mp4": ""} if name == "omg" else {}
    lay_out(tmp_path, {**CORPORA[name][0], file: text, **more})
    with pytest.raises(CorpusError) as failure:
        adapter(name, tmp_path).listing()
    assert message in str(failure.value) and str(tmp_path) in str(failure.value)
