"""Faces are found where they are, and a frame without one says so."""

from __future__ import annotations

from itertools import islice

import cv2
import numpy as np
import pytest
import torch
from facenet_pytorch import MTCNN

from features.faces import _follow
from features.faces._align import TEMPLATE, crop, similarity
from features.faces._cascade import patch, square
from features.faces._follow import between, chunks, overlap
from features.faces.mtcnn import build
from features.media import Frame, frames
from features.track import State

OPTIONS = {"size_px": 112, "shrink_px": 320, "key_every": 5, "min_face": 0.1, "confidence": 0.9}


@pytest.fixture(scope="module")
def detector():
    torch.set_num_threads(1)
    return build(**OPTIONS)


@pytest.fixture(scope="module")
def talker(real, detector):
    """The frames of a talking face, and what was found in them."""
    shown = list(islice(frames(real / "talker_cfr.mp4"), 60))
    return shown, list(detector(shown))


# ------------------------------------------------------------------ real media --


def test_a_face_is_found_in_nearly_every_frame_of_a_talker(talker):
    _, found = talker
    assert np.mean([f.state == State.OK for f in found]) >= 0.95
    assert all(f.crop.shape == (112, 112, 3) for f in found if f.crop is not None)
    assert all(f.faces == 1 and f.confidence >= 0.9 for f in found if f.state == State.OK)


def test_boxes_are_where_mtcnn_itself_sees_them(talker):
    shown, found = talker
    whole = MTCNN(keep_all=True, min_face_size=84).eval()
    for at in (0, 13, 32, 47):
        boxes, *_ = whole.detect(shown[at].image)
        assert max(overlap(found[at].box, box) for box in boxes) > 0.8


def test_landmarks_lie_in_order_within_the_box(talker):
    for f in talker[1]:
        left, right, nose, mouth_left, mouth_right = f.landmarks
        assert left[0] < right[0] and mouth_left[0] < mouth_right[0]
        assert max(left[1], right[1]) < nose[1] < min(mouth_left[1], mouth_right[1])
        assert (f.box[:2] < f.landmarks).all() and (f.landmarks < f.box[2:]).all()


def test_a_crop_shows_the_face_upright(talker, detector):
    _, found = talker
    (again,) = detector([Frame(0.0, cv2.resize(found[7].crop, (448, 448)))])
    if again.state == State.OK:  # the crop is tight: MTCNN may miss it, but not misplace it
        assert np.abs(again.landmarks / 4 - TEMPLATE).max() < 8


def test_the_same_frames_give_the_same_bytes(talker, detector):
    shown, found = talker
    again = list(detector(shown[:60]))
    for a, b in zip(found, again, strict=True):
        assert a.box.tobytes() == b.box.tobytes()
        assert np.array_equal(a.crop, b.crop)


def test_the_moment_a_face_leaves_is_seen(real, detector):
    found = list(detector(frames(real / "face_then_none.mov")))
    seen = np.array([f.state == State.OK for f in found])
    times = np.array([f.time for f in found])
    assert seen.any() and not seen.all()
    last = times[seen].max()
    assert not seen[times > last + 1e-6].any() and (times > last).sum() > 10
    assert seen[times < last - 1.0].mean() > 0.9


def test_a_cartoon_without_a_face_has_none(real, detector):
    states = [f.state for f in detector(islice(frames(real / "no_face.mp4"), 60))]
    assert np.mean([s == State.OK for s in states]) <= 0.05


def test_a_lost_frame_within_a_chunk_disturbs_no_other(talker, detector):
    shown, found = talker
    gap = [Frame(f.time, None if i == 7 else f.image) for i, f in enumerate(shown[:20])]
    seen = list(detector(gap))
    assert seen[7].state == State.UNDECODABLE
    for i in (0, 3, 12, 19):
        assert overlap(seen[i].box, found[i].box) > 0.8


def test_a_small_picture_has_its_small_face_found(talker, detector):
    shown, found = talker
    small = [Frame(f.time, cv2.resize(f.image, None, fx=0.2, fy=0.2)) for f in shown[:3]]  # 169 px
    for little, large in zip(detector(small), found, strict=False):
        assert little.state == State.OK
        assert overlap(little.box * 5, large.box) > 0.6


# ------------------------------------------------------------------ chunks --


def picture(side=4):
    return np.zeros((side, side, 3), np.uint8)


def sizes(shown):
    return [len(chunk) for chunk in chunks(Frame(i, x) for i, x in enumerate(shown))]


def test_chunks_hold_frames_of_one_size_and_lost_frames_anywhere():
    a, b = picture(4), picture(6)
    assert sizes([]) == []
    assert sizes([a, None, a, b, None, b, b]) == [3, 4]
    assert sizes([None, None, a, a]) == [4]
    assert sizes([None, b, a]) == [2, 1]
    assert sizes([a] * 100) == [48, 48, 4]
    assert sizes([None] * 50) == [48, 2]


def test_chunks_of_large_pictures_are_short(monkeypatch):
    monkeypatch.setattr(_follow, "CHUNK_BYTES", 3 * picture().nbytes + 5)
    assert sizes([picture()] * 7) == [3, 3, 1]
    monkeypatch.setattr(_follow, "CHUNK_BYTES", 1)
    assert sizes([picture()] * 3) == [1, 1, 1]


# ------------------------------------------------------------------ boxes --


def box(*sides):
    return np.array(sides, np.float32)


@pytest.mark.parametrize(
    "a, b, share",
    [
        (box(0, 0, 2, 2), box(0, 0, 2, 2), 1),
        (box(0, 0, 2, 2), box(1, 0, 3, 2), 1 / 3),
        (box(0, 0, 2, 2), box(2, 2, 3, 3), 0),
        (box(0, 0, 2, 2), box(5, 5, 6, 6), 0),
        (box(1, 1, 1, 1), box(1, 1, 1, 1), 0),
    ],
)
def test_overlap_is_what_is_shared_of_both(a, b, share):
    assert overlap(a, b) == pytest.approx(share)


def test_boxes_between_key_frames_move_evenly():
    found = between({0: box(0, 0, 8, 8), 4: box(4, 0, 12, 8), 6: None, 9: box(0, 0, 8, 8)})
    assert {i: b[0] for i, b in found.items()} == {0: 0, 1: 1, 2: 2, 3: 3, 4: 4}
    assert between({0: box(0, 0, 8, 8), 3: box(90, 90, 99, 99)}) == {}
    assert list(between({0: box(0, 0, 8, 8)})) == [0]
    assert between({0: None}) == between({}) == {}


def test_a_square_has_the_boxs_centre_and_longer_side():
    assert square(box(10, 20, 14, 30)).tolist() == [7, 20, 17, 30]


def test_a_patch_beyond_the_picture_is_black_there():
    image = np.full((40, 60, 3), 200, np.uint8)
    cut = patch(image, np.array([-24.0, 0.0, 24.0, 48.0]))
    assert cut.shape == (48, 48, 3)
    assert (cut[:, :23] == 0).all() and (cut[:39, 25:] == 200).all() and (cut[41:] == 0).all()
    assert (patch(image, np.array([100.0, 100.0, 148.0, 148.0])) == 0).all()
    assert patch(image, np.array([5.0, 5.0, 5.0, 5.0])).shape == (48, 48, 3)


# ------------------------------------------------------------------ alignment --


def test_a_similarity_is_recovered():
    angle, scale, shift = 0.3, 1.7, np.array([5.0, -3.0])
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    target = TEMPLATE @ turn.T + shift
    found = similarity(TEMPLATE, target)
    assert found == pytest.approx(np.column_stack([turn, shift]))


@pytest.mark.parametrize("scale", [0.4, 0.8, 1.0, 2.3, 5.0, 17.0])
@pytest.mark.parametrize("angle", [0.0, 0.5, -1.2])
def test_a_crop_has_the_landmarks_on_the_template(scale, angle):
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = np.array([56.0, 70.0])
    middle = 120 * scale
    landmarks = (TEMPLATE - centre) @ turn.T + middle
    image = np.zeros((round(2 * middle), round(2 * middle), 3), np.uint8)
    for x, y in landmarks:
        at = round(float(x) * 16), round(float(y) * 16)
        cv2.circle(image, at, max(1, round(3 * scale * 16)), (255,) * 3, -1, cv2.LINE_AA, 4)
    out = crop(image, landmarks, 112)[..., 0].astype(float)
    for x, y in TEMPLATE:
        a, b = int(y) - 6, int(x) - 6
        spot = out[a : a + 14, b : b + 14]
        rows, columns = np.mgrid[a : a + 14, b : b + 14]
        found = (columns * spot).sum() / spot.sum(), (rows * spot).sum() / spot.sum()
        assert found == pytest.approx((x, y), abs=0.35)


def test_landmarks_in_one_point_end_in_a_picture_all_the_same():
    assert crop(picture(64), np.full((5, 2), 30.0), 112).shape == (112, 112, 3)


@pytest.mark.parametrize(
    "option, value",
    [("size_px", 0), ("key_every", 0), ("shrink_px", 0), ("min_face", 0), ("confidence", 1.5)],
)
def test_options_out_of_range_are_named(option, value):
    with pytest.raises(ValueError, match=f"mtcnn: {option} must be"):
        build(**OPTIONS | {option: value})
