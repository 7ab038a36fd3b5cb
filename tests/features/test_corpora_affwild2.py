"""Aff-Wild2: every row is about its own frame, in the ABAW layout and by its protocol."""

from __future__ import annotations

import logging
from fractions import Fraction

import cv2
import numpy as np
import pytest

from features.corpora.affwild2 import LAYOUT, build
from features.corpora.reading.folds import fold_splits
from features.corpus import CorpusError
from features.faces.ready_crops import build as ready_crops
from features.grid import grid, onto
from features.media import MediaError, frames
from features.media.timestamps import frame_times
from features.track import State
from tests.features.conftest import write_film

PICTURES = np.zeros((7, 16, 16, 3), np.uint8)
MOMENTS = [0.0, 0.04, 0.08, 0.2, 0.24, 0.28, 0.32]  # the rate varies: no index / fps gives them
HEADER = "valence,arousal\n"
BOTH = {"valence": (-1.0, 1.0), "arousal": (-1.0, 1.0)}
TRAIN, VAL = (f"annotations/VA_Estimation_Challenge/{x}_Set/" for x in ("Train", "Validation"))


def seven(first=0.1):
    return HEADER + "".join(f"{first + i / 100:.2f},{-i / 10}\n" for i in range(7))


@pytest.fixture
def lay_out(tmp_path):
    """Write text files and seven-frame videos below the test's folder, and build the adapter."""

    def write(texts, videos=("a",), **options):
        for name, text in texts.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        (tmp_path / "videos/batch1").mkdir(parents=True, exist_ok=True)
        for name in videos:
            write_film(tmp_path / f"videos/batch1/{name}.mp4", PICTURES, MOMENTS)
        return build(path=str(tmp_path), **options)

    return write


def decoded(crop):
    image = cv2.imdecode(np.frombuffer(crop, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    return image


def labelled(corpus, clip):
    """The tracks of valence and arousal."""
    labels = corpus.labels(clip, BOTH)
    assert list(labels) == list(BOTH)
    return labels.values()


class TestTimes:
    @pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
    @pytest.mark.parametrize("sound_from", [None, 0.0, 0.5])
    def test_they_are_those_of_the_decoded_pictures(self, film, suffix, sound_from):
        pictures = np.random.default_rng(3).integers(0, 255, (31, 16, 16, 3), np.uint8)
        sound = {} if sound_from is None else {"samples": np.zeros((1, 8000))}
        codec = "mpeg4" if suffix == "avi" else "libx264"  # the latter shows them in another order
        base = {"base": Fraction(1, 25)} if suffix == "avi" else {}
        times = 0.32 + np.arange(31) * 0.04
        more = {"codec": codec, "sound_from": sound_from or 0.0} | sound | base
        path = film(f"a.{suffix}", pictures, times, **more)
        decoded = [frame.time for frame in frames(path)]
        assert len(decoded) == 31
        assert frame_times(path).tolist() == decoded

    @pytest.mark.parametrize("name", ["talker_vfr.mp4", "smile_mp3audio.mp4"])
    def test_they_are_so_in_real_videos(self, real, name):
        assert frame_times(real / name).tolist() == [f.time for f in frames(real / name)]

    def test_what_an_edit_list_cuts_off_is_not_counted(self, film):
        early = np.array(MOMENTS) - 0.08
        path = film("a.mp4", PICTURES, early, options={"avoid_negative_ts": "disabled"})
        assert frame_times(path).tolist() == [f.time for f in frames(path)]
        assert len(frame_times(path)) == 5

    def test_sound_alone_has_none(self, film):
        assert frame_times(film("a.wav", samples=np.zeros((1, 800)))).shape == (0,)

    def test_a_bare_stream_has_no_times(self, film):
        with pytest.raises(MediaError, match="its pictures carry no times"):
            frame_times(film("a.h264", PICTURES, MOMENTS))


class TestLabels:
    def test_each_row_has_the_time_of_its_frame(self, lay_out):
        valence, arousal = labelled(lay_out({TRAIN + "a.txt": seven()}), "a")
        np.testing.assert_allclose(valence.times, MOMENTS, atol=1e-4)
        np.testing.assert_array_equal(arousal.times, valence.times)
        np.testing.assert_allclose(valence.values[:, 0], 0.1 + np.arange(7) / 100, atol=1e-6)
        np.testing.assert_allclose(arousal.values[:, 0], -np.arange(7) / 10, atol=1e-6)

    def test_minus_five_masks_that_target_in_that_row_and_moves_no_other(self, lay_out):
        text = HEADER + "0.1,0\n-5,0\n0.3,-5\n-5,-5\n-5.0,-5.0\n0.6,0\n0.7,0\n"
        valence, arousal = labelled(lay_out({TRAIN + "a.txt": text}), "a")
        ok, none = State.OK, State.UNLABELLED
        assert valence.state.tolist() == [ok, none, ok, none, none, ok, ok]
        assert arousal.state.tolist() == [ok, ok, none, none, none, ok, ok]
        np.testing.assert_allclose(valence.times[valence.mask], [0, 0.08, 0.28, 0.32], atol=1e-4)

    def test_values_come_in_the_range_of_their_target(self, lay_out):
        corpus = lay_out({TRAIN + "a.txt": seven()})
        labels = corpus.labels("a", {"arousal": (1, 9)})  # 0 is 5 and -1 is 1
        assert list(labels) == ["arousal"]
        np.testing.assert_allclose(
            labels["arousal"].values[:, 0], 5 - np.arange(7) * 0.4, atol=1e-6
        )

    def test_a_target_that_nobody_rated_opens_no_file(self, lay_out):
        assert lay_out({TRAIN + "a.txt": "no table"}).labels("a", {"dominance": (-1, 1)}) == {}

    def test_frames_without_a_row_are_unlabelled(self, lay_out, caplog):
        text = "".join(seven().splitlines(keepends=True)[:-2])
        with caplog.at_level(logging.WARNING):
            labels, _ = labelled(lay_out({TRAIN + "a.txt": text}), "a")
        assert labels.state.tolist() == [State.OK] * 5 + [State.UNLABELLED] * 2
        assert "has 5 rows, but" in caplog.text and "7 frames" in caplog.text

    def test_rows_without_a_frame_are_left_out(self, lay_out, caplog):
        with caplog.at_level(logging.WARNING):
            labels, _ = labelled(lay_out({TRAIN + "a.txt": seven() + "0.9,0.9\n"}), "a")
        assert len(labels.times) == 7 and labels.values.max() < 0.2
        assert "has 8 rows" in caplog.text

    def test_the_annotation_of_another_video_is_refused(self, lay_out):
        corpus = lay_out({TRAIN + "a.txt": seven() + "0,0\n" * 11})
        with pytest.raises(CorpusError, match=r"a\.txt has 18 rows, but .*a\.mp4 7 frames: more"):
            labelled(corpus, "a")

    def test_a_blank_line_would_shift_the_rest_and_is_refused(self, lay_out):
        corpus = lay_out({TRAIN + "a.txt": seven().replace("0.12,", "\n0.12,")})
        with pytest.raises(CorpusError, match=r"a\.txt line 5: row 3 must stand on line 4"):
            labelled(corpus, "a")

    def test_two_people_of_one_video_have_labels_of_their_own(self, lay_out):
        corpus = lay_out({TRAIN + "a_left.txt": seven(), TRAIN + "a_right.txt": seven(0.5)})
        clips, rejected = corpus.listing()
        assert [c.id for c in clips] == ["a_left", "a_right"] and rejected == []
        assert clips[0].media == clips[1].media and {c.subject for c in clips} == {"a"}
        (left, _), (right, _) = labelled(corpus, "a_left"), labelled(corpus, "a_right")
        np.testing.assert_allclose(right.values[:, 0] - left.values[:, 0], 0.4, atol=1e-6)

    def test_a_video_may_be_called_left(self, lay_out):
        corpus = lay_out({TRAIN + "a_left.txt": seven()}, ["a", "a_left"])
        (clip,), (other,) = corpus.listing()
        assert (clip.media.stem, clip.subject, other.clip) == ("a_left", "a_left", "a")


class TestSplits:
    def test_the_folders_are_the_official_ones_and_the_test_set_has_no_labels(self, lay_out):
        texts = {TRAIN + "a.txt": seven(), VAL + "b.txt": seven(), "test.txt": "c\nd_left\n"}
        corpus = lay_out(texts, "abcde", test="test.txt")
        clips, (left,) = corpus.listing()
        splits = {c.id: c.split for c in clips}
        assert splits == {"a": "train", "b": "val", "c": "test", "d_left": "test"}
        assert corpus.labels("c", BOTH) == corpus.labels("none such", BOTH) == {}
        assert (left.clip, left.reason[:13]) == ("e", "no annotation")

    def test_two_people_of_one_video_in_two_splits_are_refused(self, lay_out):
        corpus = lay_out({TRAIN + "a_left.txt": seven(), VAL + "a_right.txt": seven()})
        with pytest.raises(CorpusError, match=r"'a' is in train .*'a_left'.* and in val"):
            corpus.listing()

    def test_the_folds_hold_out_every_training_clip_once(self):
        official = {f"t{i:03}": "train" for i in range(356)}
        official |= {f"v{i}": "val" for i in range(76)} | {"x": "test"}
        assert fold_splits(official, str, 0) == official
        held_out = []
        for fold, size in zip(range(1, 6), [72, 71, 71, 71, 71], strict=True):
            split = fold_splits(official, str, fold)
            val = [c for c, side in split.items() if side == "val"]
            assert len(val) == size and list(split.values()).count("train") == 432 - size
            assert split["v0"] == "train" and split["x"] == "test"
            held_out += val
        assert sorted(held_out) == [f"t{i:03}" for i in range(356)]
        assert min(held_out[:72]) == "t284"  # fold 1 holds out the last 72

    def test_a_fold_parts_no_two_people_of_one_video(self):
        official = {f"{v}_{p}": "train" for v in "abcdefg" for p in ("left", "right")}
        del official["a_left"]  # so that cuts fall within the pairs
        for fold in range(1, 6):
            split = fold_splits(official, lambda clip: clip[0], fold)
            assert all(split[f"{v}_left"] == split[f"{v}_right"] for v in "bcdefg")
            assert 1 <= list(split.values()).count("val") <= 5

    @pytest.mark.parametrize(
        "train, fold",
        [
            (["a1", "b1", "c1", "d1"], 2),  # a fifth of four is none
            (["a1", "b1", "c1", "d1"], 1),  # whose part would be all of them
            ([f"{v}{i}" for v in "ab" for i in range(5)], 4),  # cuts at 2 and 4 both move to 5
        ],
    )
    def test_a_fold_without_anything_to_validate_on_is_refused(self, train, fold):
        official = dict.fromkeys(train, "train") | {"v1": "val"}
        said = f"fold {fold} has nothing to validate on: {len(train)} training clips"
        with pytest.raises(CorpusError, match=said):
            fold_splits(official, lambda clip: clip[0], fold)

    @pytest.mark.parametrize("fold", [-1, 6])
    def test_there_are_five_folds(self, lay_out, fold):
        with pytest.raises(CorpusError, match=rf"fold must be 0 \(official\) to 5, got {fold}"):
            lay_out({TRAIN + "a.txt": seven()}, fold=fold).listing()


REJECTED = {
    "an unknown set": ("annotations/VA_Estimation_Challenge/Val_Set/b.txt", "b", "no split 'Val_S"),
    "a clip in two sets": (VAL + "a.txt", "a", "clip 'a' is also in "),
    "no video": (TRAIN + "ab.txt", "ab", "no media for clip 'ab', nearest: 'a'"),
    "dots": (TRAIN + "a..b.txt", "a..b", "clip id 'a..b' holds '..'"),
}


@pytest.mark.parametrize("name, clip, reason", REJECTED.values(), ids=REJECTED)
def test_a_clip_is_turned_away_and_the_rest_is_used(lay_out, name, clip, reason):
    corpus = lay_out({TRAIN + "a.txt": seven(), name: seven(), TRAIN + "c.txt": seven()}, "ac")
    clips, (rejected,) = corpus.listing()
    assert (rejected.clip, rejected.reason[: len(reason)]) == (clip, reason)
    assert [c.id for c in clips] == ([] if clip == "a" else ["a"]) + ["c"]


def test_an_empty_folder_is_answered_with_the_layout(tmp_path):
    with pytest.raises(CorpusError) as failure:
        build(path=str(tmp_path))
    assert LAYOUT in str(failure.value) and "_left" in LAYOUT


def test_the_organisers_crops_and_labels_meet_on_the_grid(lay_out, tmp_path):
    """Frames 2 and 5 show no face, frame 4 nobody annotated: nothing is glued, nothing shifted."""
    text = HEADER + "".join(f"{'-5' if i == 3 else (i + 1) / 10},0\n" for i in range(7))
    corpus = lay_out({TRAIN + "a_left.txt": text, TRAIN + "a_right.txt": seven()})
    for number in (1, 3, 4, 6, 7):
        for clip, level in (("a_left", 30 * number), ("a_right", 7)):
            folder = tmp_path / "cropped_aligned" / clip
            folder.mkdir(parents=True, exist_ok=True)
            image = np.full((16, 16, 3), level, np.uint8)
            assert cv2.imwrite(str(folder / f"{number:05}.jpg"), image)
    clip = corpus.listing()[0][0]
    crops = ready_crops(path=str(tmp_path / "cropped_aligned"), size_px=16)
    faces = list(crops(frames(clip.media), None, clip.id))
    labels, _ = labelled(corpus, clip.id)
    assert labels.times.tolist() == [face.time for face in faces]

    levels = {face.time: int(np.mean(decoded(face.crop)))
              for face in faces if face.crop}  # fmt: skip
    shown = {round(t, 2): round(level / 30) for t, level in levels.items()}
    assert shown == {0.0: 1, 0.08: 3, 0.2: 4, 0.28: 6, 0.32: 7}  # image n at frame n
    said = dict(zip(labels.times.round(2), (labels.values[:, 0] * 10).round(), strict=True))
    assert {t: said[t] for t in shown if t != 0.2} == {t: n for t, n in shown.items() if t != 0.2}

    on = onto(labels, grid(0.36, 0.04), 0.04, "nearest", 0.02, State.UNLABELLED)
    # the steps around 0.14 s lie between two frames, those around 0.18 and 0.22 at the masked one
    assert on.mask.tolist() == [True] * 3 + [False] * 3 + [True] * 3
    np.testing.assert_allclose(on.values[on.mask, 0], [0.1, 0.2, 0.3, 0.5, 0.6, 0.7], atol=1e-6)
