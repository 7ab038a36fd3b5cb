"""RECOLA, MuSe, OMG-Emotion and CMU-MOSEI: the values and times that come out, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from features.corpora import mosei, muse, omg, recola
from features.corpora.reading.scale import UNIT
from features.corpora.reading.tables import read_table
from features.corpora.reading.traces import trace
from features.corpus import CorpusError
from features.grid import grid, onto
from features.track import State
from tests.features.conftest import write_film


@pytest.fixture
def write(tmp_path):
    """Write {path: text} below the test's folder, and give the folder."""

    def written(files):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return str(tmp_path)

    return written


BOTH = {"valence": (-1.0, 1.0), "arousal": (-1.0, 1.0)}


def labelled(corpus, clip, targets=BOTH):
    """The tracks of `targets`, all of which the clip has labels of."""
    labels = corpus.labels(clip, targets)
    assert list(labels) == list(targets)
    return list(labels.values())


def rated(*columns, step=0.04, clock="time", delimiter=";"):
    names = [clock, *(f"R{k} " for k in range(len(columns)))]  # RECOLA's header has blanks
    lines = [[i * step, *values] for i, values in enumerate(zip(*columns, strict=True))]
    rows = [delimiter.join("" if v is None else f"{v:g}" for v in line) for line in lines]
    return "\n".join([delimiter.join(names), *rows]) + "\n"


TWO = [[0.0, 0.2, 0.4, None], [0.2, 0.6, 0.6, 0.4]]
SIX = [[0.0, 0.1, 0.2], [0.0, 0.1, 0.2], [0.0, 0.1, 0.2], [0.0, 0.3, 0.3], [0.2, 0.1, 0.0],
       [0.3, 0.3, 0.3]]  # fmt: skip
R, S = 0.05 / np.sqrt(0.02 * 0.14), 0.06 / np.sqrt(0.06 * 0.08)  # see test_corpora_labels
GOLD = {
    "two, mean": (TWO, "mean", [0.1, 0.4, 0.5, 0.4]),
    "two, ewe": (TWO, "ewe", [0.1, 0.4, 0.5, 0.4]),  # two who agree weigh the same
    "six, mean": (SIX, "mean", [0.5 / 6, 1.0 / 6, 1.2 / 6]),
    "six, ewe": (SIX, "ewe", np.array([0, 0.3 * R + 0.3 * S, 0.6 * R + 0.3 * S]) / (3 * R + S)),
}


@pytest.mark.parametrize("raters, gold, expected", GOLD.values(), ids=GOLD)
class TestGoldStandard:
    def test_of_recola_is_the_one_made_by_hand(self, write, raters, gold, expected):
        table = "RECOLA-Annotation/emotional_behaviour/{}/P16.csv"
        files = {table.format(d): rated(*raters) for d in ("valence", "arousal")}
        for labels in labelled(recola.build(path=write(files), gold=gold, lag_s=0.0), "P16"):
            np.testing.assert_allclose(labels.values[:, 0], expected, atol=1e-6)
            np.testing.assert_allclose(labels.times, np.arange(len(expected)) * 0.04)

    def test_of_traces_in_milliseconds_is_the_same(self, write, raters, gold, expected):
        text = rated(*raters, step=500, clock="timestamp", delimiter=",")
        file = Path(write({"1.csv": text})) / "1.csv"
        rows = read_table(file, ("timestamp",))
        names = [f"R{k}" for k in range(len(raters))]
        one = trace(rows, names, UNIT, gold, (-1, 1), clock="timestamp", unit_s=1e-3)
        np.testing.assert_allclose(one.values[:, 0], expected, atol=1e-7)
        np.testing.assert_allclose(one.times, np.arange(len(expected)) * 0.5)


class TestRecola:
    OWN = "RECOLA-Annotation/emotional_behaviour"

    def both(self, write, text, clip="P16", folder=OWN, **options):
        files = {f"{folder}/{d}/{clip}.csv": text for d in ("valence", "arousal")}
        return recola.build(path=write(files), **{"gold": "mean", "lag_s": 0.0, **options})

    def test_the_lag_moves_labels_earlier(self, write):
        corpus = self.both(write, rated([i / 100 for i in range(90)]), lag_s=2.8)
        labels, _ = labelled(corpus, "P16")
        np.testing.assert_allclose(labels.times, np.arange(20) * 0.04, atol=1e-9)
        np.testing.assert_allclose(labels.values[:, 0], 0.7 + np.arange(20) / 100, atol=1e-6)

    def test_a_moment_that_nobody_rated_is_masked(self, write):
        labels, _ = labelled(self.both(write, rated([0.1, None, 0.3], [0.3, None, None])), "P16")
        assert labels.state.tolist() == [State.OK, State.UNLABELLED, State.OK]
        np.testing.assert_allclose(labels.values[labels.mask, 0], [0.2, 0.3], atol=1e-6)

    def test_another_scale_and_some_of_the_raters_may_be_asked_for(self, write):
        text = rated([1, 5, 9], [9, 9, 9])
        corpus = self.both(write, text, scale=[1, 9], raters=["R0"])
        (labels,) = labelled(corpus, "P16", {"arousal": (-1, 1)})
        np.testing.assert_array_equal(labels.values[:, 0], [-1, 0, 1])
        (labels,) = labelled(corpus, "P16", {"arousal": (0, 100)})
        np.testing.assert_array_equal(labels.values[:, 0], [0, 50, 100])
        with pytest.raises(CorpusError, match=r"line 1: .* no column 'R7'"):
            labelled(self.both(write, text, raters=["R7"]), "P16")

    def test_the_names_of_avec_say_the_side_and_video_comes_before_sound(self, write):
        names = ["train_1.mp4", "dev_1.mp4", "test_1.mp4"]
        files = {f"recordings_video/{name}": "" for name in names}
        files |= {"recordings_audio/train_1.wav": "", "recordings_audio/dev_2.wav": ""}
        write(files)
        self.both(write, rated([0.0]), "train_1", "ratings_individual")
        corpus = self.both(write, rated([0.0]), "dev_1", "ratings_individual")
        clips, rejected = corpus.listing()
        assert [(c.id, c.split, str(c.media)[-4:]) for c in clips] == [
            ("dev_1", "val", ".mp4"),
            ("dev_2", "val", ".wav"),
            ("test_1", "test", ".mp4"),
            ("train_1", "train", ".mp4"),
        ]
        assert corpus.labels("test_1", BOTH) == {} and rejected == []

    def test_a_subject_without_a_split_leaves_the_side_that_the_name_says(self, write):
        names = "train_1", "train_2", "dev_1", "test_1"
        files = {f"recordings_video/{name}.mp4": "" for name in names}
        table = "clip,subject,split\ntrain_1,anna,\ntrain_2,ben,val\ndev_1,cleo,\ntest_1,dora,\n"
        write({**files, "clips.csv": table})
        for name in names[:2]:
            self.both(write, rated([0.0]), name, "ratings_individual")
        clips, rejected = self.both(write, rated([0.0]), "dev_1", "ratings_individual").listing()
        assert [(c.id, c.subject, c.split) for c in clips] == [
            ("dev_1", "cleo", "val"),
            ("test_1", "dora", "test"),
            ("train_1", "anna", "train"),
            ("train_2", "ben", "val"),
        ]
        assert rejected == []

    def test_what_lacks_media_or_ratings_is_turned_away(self, write):
        write({f"{self.OWN}/arousal/P18.csv": "", "RECOLA-Video-recordings/P19.mp4": ""})
        clips, rejected = self.both(write, rated([0.0]), "P16").listing()
        reasons = {r.clip: r.reason for r in rejected}
        assert clips == [] and list(reasons) == ["P16", "P18", "P19"]
        assert reasons["P16"].startswith("no media for clip 'P16', nearest: 'P19'")
        assert reasons["P18"].startswith("no media for clip 'P18', nearest: 'P19'")
        assert rejected[1].file.parts[-2:] == ("arousal", "P18.csv")
        assert reasons["P19"].startswith("nobody rated clip 'P19'")

    @pytest.mark.parametrize("target", BOTH)
    def test_a_recording_rated_in_one_target_has_labels_of_that(self, write, target):
        files = {
            f"{self.OWN}/{target}/P16.csv": rated([0.25]),
            "RECOLA-Video-recordings/P16.mp4": "",
        }
        corpus = recola.build(path=write(files), gold="mean", lag_s=0.0)
        assert [c.id for c in corpus.listing()[0]] == ["P16"] and corpus.listing()[1] == []
        labels = corpus.labels("P16", BOTH)
        assert {t: x.values.tolist() for t, x in labels.items()} == {target: [[0.25]]}

    def test_each_target_has_times_of_its_own(self, write):
        self.both(write, rated([0.1, 0.2, 0.3]))
        files = {f"{self.OWN}/valence/P16.csv": rated([0.5, 0.7], step=0.5)}
        corpus = recola.build(path=write(files), gold="mean", lag_s=0.0)
        valence, arousal = labelled(corpus, "P16")
        assert valence.times.tolist() == [0, 0.5] and arousal.times.tolist() == [0, 0.04, 0.08]

    def test_what_is_rated_within_the_lag_alone_has_no_labels(self, write):
        assert self.both(write, rated([0.1, 0.2]), lag_s=2.0).labels("P16", BOTH) == {}

    def test_another_gold_standard_is_refused(self, write):
        with pytest.raises(
            CorpusError, match="no gold standard 'median'; there are: mean, ewe, avec"
        ):
            self.both(write, rated([0.0]), gold="median")


class TestMuse:
    TRACE = "timestamp,segment_id,value\n5000,1,-0.5\n5250,1,0\n5500,1,0.5\n9000,2,1\n9250,2,\n"

    def corpus(self, write, partition="Id,Proposal\n1,train\n", more=None):
        files = {f"label_segments/{d}/1.csv": self.TRACE for d in ("valence", "arousal")}
        files |= {"raw_data/video/1.mp4": "", "metadata/partition.csv": partition}
        return muse.build(path=write(files | (more or {})))

    def test_milliseconds_become_seconds_and_a_row_without_value_is_masked(self, write):
        for labels in labelled(self.corpus(write), "1"):
            np.testing.assert_array_equal(labels.times, [5, 5.25, 5.5, 9, 9.25])
            np.testing.assert_array_equal(labels.values[:4, 0], [-0.5, 0, 0.5, 1])
            assert labels.state[4] == State.UNLABELLED

    def test_between_segments_there_are_no_labels_on_the_grid(self, write):
        times = grid(10.0, 0.1)
        labels, _ = labelled(self.corpus(write), "1")
        on = onto(labels, times, 0.1, "linear", 0.25, State.UNLABELLED)
        reached = [*np.arange(4.75, 5.8, 0.1), *np.arange(8.75, 9.1, 0.1)]  # 9.25 has no value
        np.testing.assert_allclose(times[on.mask], reached)
        assert on.values[51, 0] == pytest.approx(-0.2)  # 5.15 s

    def test_the_partition_may_be_called_so(self, write):
        clips, _ = self.corpus(write, "Id,Partition\n1,devel\n").listing()
        assert [(c.id, c.split, c.subject) for c in clips] == [("1", "val", "1")]

    def test_what_has_no_labels_is_turned_away_but_for_the_test_set(self, write):
        more = {f"raw_data/video/{i}.mp4": "" for i in (2, 3, 4)}
        more |= {"label_segments/arousal/2.csv": self.TRACE}
        corpus = self.corpus(write, "Id,Proposal\n1,train\n2,train\n3,devel\n4,test\n", more)
        clips, rejected = corpus.listing()
        assert [c.id for c in clips] == ["1", "2", "4"]
        assert list(corpus.labels("2", BOTH)) == ["arousal"] and corpus.labels("4", BOTH) == {}
        assert [r.reason for r in rejected] == ["line 4: no labels for clip '3'"]

    def test_every_folder_of_labels_is_a_target(self, write):
        trace = "timestamp,segment_id,value\n0,1,-0.5\n1000,1,0.5\n"
        more = {f"label_segments/{d}/1.csv": trace for d in ("trustworthiness", "physio-arousal")}
        corpus = self.corpus(write, more=more)
        assert corpus.targets() == ["arousal", "physio-arousal", "trustworthiness", "valence"]
        targets = {"physio-arousal": (0, 1), "trustworthiness": (-1, 1)}
        physio, trust = labelled(corpus, "1", targets)
        assert physio.values.tolist() == [[0.25], [0.75]]
        assert trust.values.tolist() == [[-0.5], [0.5]]

    def test_a_misspelt_trace_of_one_target_is_told(self, write):
        more = {"label_segments/arousal/11.csv": self.TRACE}
        (rejected,) = self.corpus(write, more=more).listing()[1]
        assert rejected.reason == "metadata/partition.csv does not list '11', nearest: '1'"

    def test_transcripts_are_found(self, write):
        (clip,), _ = self.corpus(write, more={"transcripts/1.csv": ""}).listing()
        assert clip.transcript is not None and clip.transcript.name == "1.csv"


class TestOmg:
    HEADER = "link,start,end,video,utterance,arousal,valence,EmotionMaxVote\n"

    def test_the_stretch_of_a_whole_video_and_what_is_said_there(self, write):
        files = {
            "omg_TrainVideos.csv": self.HEADER + "u,2.5,4.5,v1,utterance_1.mp4,0.75,-0.5,4\n",
            "omg_TestTranscripts.tsv": "video,utterance,transcript\nv2,utterance_1.mp4,Yes.\n",
            "omg_TestVideos_WithLabels.csv": self.HEADER + "u,0,1,v2,utterance_1.mp4,0,0,4\n",
            "media/v1.mp4": "",
            "media/v2.mp4": "",
            "media/x/v2/utterance_1.mp4": "",
        }
        clips, rejected = omg.build(path=write(files)).listing()
        assert rejected == []
        cut = [(c.id, c.start, c.end, Path(str(c.media)).stem, c.split, c.sentence) for c in clips]
        assert cut == [
            ("v1__utterance_1", 2.5, 4.5, "v1", "train", None),
            ("v2__utterance_1", 0.0, None, "utterance_1", "test", "Yes."),
        ]

    def test_a_label_is_that_of_the_whole_utterance_from_its_own_start(self, write):
        table = self.HEADER + "u,2.5,4.5,v1,utterance_1.mp4,0.75,-0.5,4\n"
        corpus = omg.build(path=write({"omg_TrainVideos.csv": table}))
        valence, arousal = labelled(corpus, "v1__utterance_1")
        assert np.unique(valence.values) == -0.5 and np.unique(arousal.values) == 0.5
        for labels in (valence, arousal):
            assert 0 <= labels.times[0] < 0.04 and 1.96 < labels.times[-1] <= 2.0

    def test_each_scale_becomes_the_range_of_its_target(self, write):
        table = self.HEADER + "u,2.5,4.5,v1,utterance_1.mp4,0.75,-0.5,4\n"
        corpus = omg.build(path=write({"omg_TrainVideos.csv": table}))
        targets = {"arousal": (0, 1), "valence": (0, 100)}
        arousal, valence = labelled(corpus, "v1__utterance_1", targets)
        assert np.unique(arousal.values) == 0.75 and np.unique(valence.values) == 25

    def test_one_label_of_the_two_is_that_one(self, write):
        rows = "u,0,1,v1,a.mp4,0.5,,4\n"
        table = "link,start,end,video,utterance,valence\nu,0,1,v2,b.mp4,0.5\n"
        files = {"omg_TrainVideos.csv": self.HEADER + rows, "omg_ValidationVideos.csv": table}
        corpus = omg.build(path=write(files))
        valence, arousal = labelled(corpus, "v1__a")
        assert set(valence.state) == {State.UNLABELLED} and arousal.mask.all()
        labelled(corpus, "v2__b", {"valence": (-1, 1)})
        assert list(corpus.labels("v2__b", BOTH)) == ["valence"]


class TestMosei:
    TABLE = "video_id,clip_id,text,label,mode\nv1,3,a_b,1.5,valid\n"
    LINE = "v1___3___{}___{}___so ___ it is\n"

    def corpus(self, write, start=2.5, end=4.5, more=None):
        file = "Transcript/Segmented/Combined/v1.txt"
        files = {"label.csv": self.TABLE, file: self.LINE.format(start, end)} | (more or {})
        return mosei.build(path=write(files))

    def test_a_segment_is_a_stretch_of_the_video_with_its_words(self, write):
        whole = {"Videos/Full/Combined/v1.mp4": ""}
        (clip,), _ = self.corpus(write, more=whole).listing()
        assert (clip.id, clip.start, clip.end, clip.split) == ("v1__3", 2.5, 4.5, "val")
        assert clip.sentence == "so ___ it is" and clip.subject == "v1"

    @pytest.mark.parametrize("span, value", [((-3, 3), 1.5), ((-1, 1), 0.5), ((0, 4), 3)])
    def test_sentiment_keeps_its_scale_or_becomes_the_range_of_the_target(self, write, span, value):
        (labels,) = labelled(self.corpus(write), "v1__3", {"sentiment": span})
        assert np.unique(labels.values) == value
        assert labels.times[-1] == pytest.approx(2.0, abs=0.04)

    def test_sentiment_is_neither_valence_nor_arousal(self, write):
        assert self.corpus(write).labels("v1__3", BOTH) == {}

    def test_a_start_before_the_video_is_its_start(self, write):
        whole = {"Videos/Full/Combined/v1.mp4": ""}
        (clip,), _ = self.corpus(write, -0.3, 1.0, whole).listing()
        assert (clip.start, clip.end) == (0.0, 1.0)

    def test_a_segment_cut_out_needs_no_transcript(self, write, tmp_path):
        corpus = self.corpus(write, more={"Transcript/Segmented/Combined/v1.txt": ""})
        (tmp_path / "Raw/v1").mkdir(parents=True)
        moments = np.arange(35) * 0.04
        write_film(tmp_path / "Raw/v1/3.mp4", np.zeros((35, 16, 16, 3), np.uint8), moments)
        (clip,), _ = corpus.listing()
        assert (clip.start, clip.end, clip.sentence) == (0.0, None, "a_b")
        (labels,) = labelled(corpus, "v1__3", {"sentiment": (-3, 3)})
        assert labels.times[-1] == pytest.approx(1.4, abs=0.05)

    @pytest.mark.parametrize("video", ["../../../../secret", "{root}/secret"])
    def test_the_name_of_a_video_leads_to_no_file_outside(self, write, tmp_path, video):
        video, root = video.format(root=tmp_path), tmp_path / "corpus"
        (tmp_path / "secret.txt").write_text(f"{video}___3___2.5___4.5___nobody's business\n")
        files = {
            "label.csv": f"{self.TABLE}{video},3,so,1.5,train\n",
            "Transcript/Segmented/Combined/v1.txt": self.LINE.format(2.5, 4.5),
            "Videos/Full/Combined/v1.mp4": "",
        }
        write({f"corpus/{name}": text for name, text in files.items()})
        corpus = mosei.build(path=str(root))
        clips, (rejected,) = corpus.listing()
        assert [c.id for c in clips] == ["v1__3"] and rejected.clip == f"{video}__3"
        with pytest.raises(CorpusError, match="holds a folder separator"):
            corpus.labels(
                rejected.clip, {"sentiment": (-3, 3)}
            )  # not 2 s, as the file outside has it
