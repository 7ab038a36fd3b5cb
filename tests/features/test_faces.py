"""Faces are found where they are, keep their identity, and a frame without one says so."""

from __future__ import annotations

from functools import partial
from itertools import islice

import cv2
import numpy as np
import pytest
import torch
from facenet_pytorch import MTCNN

from features.active_speaker import MouthMotion, loudness, mouth, mouth_correlation
from features.crops import jpeg, keep
from features.faces.mtcnn import build
from features.faces.tracking.align import TEMPLATE, crop, similarity
from features.faces.tracking.chunks import chunks, prefetched
from features.faces.tracking.detections import DETECTION, NOBODY, UNDECIDED, Detections
from features.faces.tracking.key_frames import interpolated, iou, matched
from features.faces.tracking.patches import patch, square
from features.faces.tracking.quality import sharpness
from features.faces.tracking.shots import cuts
from features.faces.tracking.subject import choose, rule
from features.faces.tracking.tracks import Tracks, appearance
from features.media import Frame, Sound, frames, sound
from features.media.sounds import silent
from features.non_subject import as_subject, read_non_subject
from features.track import State
from tests.repo import PARAMS

OPTIONS = PARAMS["faces"]["options"]


@pytest.fixture(scope="module")
def detector():
    torch.set_num_threads(1)
    return build(**OPTIONS)


def picture_of(face):
    image = cv2.imdecode(np.frombuffer(face.crop, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image[..., ::-1]


def overlap(a, b):
    return float(iou(np.array([a], float), np.array([b], float))[0, 0])


@pytest.fixture(scope="module")
def talker(real, detector):
    """The frames of a talking face, and what was found in them."""
    shown = list(islice(frames(real / "talker_cfr.mp4"), 60))
    return shown, list(detector(shown))


# ------------------------------------------------------------------ real media --


def test_a_face_is_found_in_nearly_every_frame_of_a_talker(talker):
    _, found = talker
    assert np.mean([f.state == State.OK for f in found]) >= 0.95
    assert all(picture_of(f).shape == (112, 112, 3) for f in found if f.crop is not None)
    assert {f.track for f in found if f.state == State.OK} == {0}
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
    (again,) = detector([Frame(0.0, cv2.resize(picture_of(found[7]), (448, 448)))])
    if again.state == State.OK:  # the crop is tight: MTCNN may miss it, but not misplace it
        assert np.abs(again.landmarks / 4 - TEMPLATE).max() < 8


def test_the_same_frames_give_the_same_bytes(talker, detector):
    shown, found = talker
    again = list(detector(shown[:60]))
    for a, b in zip(found, again, strict=True):
        assert a.box.tobytes() == b.box.tobytes()
        assert a.crop == b.crop


def test_the_moment_a_face_leaves_is_seen(real, detector):
    found = list(detector(frames(real / "face_then_none.mov")))
    seen = np.array([f.state == State.OK for f in found])
    times = np.array([f.time for f in found])
    last = times[seen].max()
    assert seen[times <= last].all() and (times > last).sum() > 50
    assert {f.state for f in found if f.time > last} == {State.NO_FACE}
    whole = MTCNN(keep_all=True).eval()
    near = [f for f in frames(real / "face_then_none.mov") if abs(f.time - last) < 0.3]
    sure = [(whole.detect(f.image)[1].astype(float) > 0.95).any() for f in near]
    assert abs(max(f.time for f, s in zip(near, sure, strict=True) if s) - last) < 0.2


def test_a_cartoon_without_a_face_has_none(real, detector):
    states = [f.state for f in detector(frames(real / "no_face.mp4"))]
    assert np.mean([s == State.OK for s in states]) <= 0.01


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


@pytest.fixture(scope="module")
def pair(real):
    """Two people side by side, the left one larger: 5 s."""
    others = list(frames(real / "talker_vfr.mp4"))
    moments = np.array([f.time for f in others])
    shown = []
    for one in frames(real / "talker_cfr.mp4"):
        other = others[int(np.abs(moments - one.time).argmin())].image
        left, right = cv2.resize(np.asarray(one.image), (420, 420)), np.zeros((420, 300, 3))
        right[60:360] = cv2.resize(np.asarray(other), (300, 300))
        shown.append(Frame(one.time, np.hstack([left, right.astype(np.uint8)])))
    return shown


@pytest.mark.parametrize("subject, right", [("largest", 0), ([0.6, 0, 1, 1], 1)])
def test_of_two_people_side_by_side_one_is_followed_without_a_switch(pair, subject, right):
    found = list(build(**OPTIONS | {"subject": subject})(pair))
    assert all(f.state == State.OK and f.faces == 2 for f in found)
    assert len({f.track for f in found}) == 1
    middles = np.array([(f.box[0] + f.box[2]) / 2 for f in found])
    assert ((middles > 420) == right).all()
    assert np.abs(np.diff(middles)).max() < 15


def test_the_other_of_two_people_is_kept_as_if_they_were_the_subject(pair):
    detector = build(**OPTIONS | {"others": True})
    both = detector.keep("clip", "source", detector(pair[:60]))
    others = read_non_subject(both)
    assert others["row"].tolist() == list(range(60)) and set(others["track"]) == {1}
    middles = (others["box"][:, 0] + others["box"][:, 2]) / 2
    assert (middles > 420).all() and np.abs(np.diff(middles)).max() < 15
    right = build(**OPTIONS | {"subject": [0.6, 0, 1, 1]})
    assert as_subject(both, 1).content == keep("clip", "source", right(pair[:60])).content


def test_two_people_seen_for_equally_long_are_undecided(pair):
    found = list(build(**OPTIONS | {"subject": "longest"})(pair[:30]))
    assert {f.state for f in found} == {State.SEVERAL_FACES}
    assert all(f.faces == 2 and f.crop is None and f.track == -1 for f in found)


@pytest.mark.parametrize("name, right", [("talker_cfr.mp4", False), ("talker_vfr.mp4", True)])
def test_of_two_people_the_one_whose_speech_is_heard_is_followed(real, pair, name, right):
    detector = build(**OPTIONS | {"subject": "speaking"})
    found = list(detector(pair, partial(sound, real / name)))
    assert {f.state for f in found} == {State.OK}
    assert {f.box[0] + f.box[2] > 840 for f in found} == {right}


def test_of_two_silent_people_nobody_is_the_one_who_speaks(pair):
    found = list(build(**OPTIONS | {"subject": "speaking"})(pair[:30]))
    assert {f.state for f in found} == {State.SEVERAL_FACES}


def test_a_cut_to_another_person_changes_the_track(real, detector):
    shots = [
        [cv2.resize(np.asarray(f.image), (420, 420)) for f in islice(frames(real / name), 20)]
        for name in ("talker_cfr.mp4", "talker_vfr.mp4")
    ]
    images = [*shots[0], *shots[1], *shots[0][:15]]
    found = list(detector([Frame(i / 25, image) for i, image in enumerate(images)]))
    states = [f.state for f in found]
    assert states[:20] == [State.OK] * 20 and states[40:] == [State.OK] * 15
    assert states[20:40] == [State.NO_FACE] * 20 and {f.faces for f in found} == {1}
    assert {f.track for f in found} == {0, -1}


def test_jump_cuts_keep_the_identity(real, detector):
    whole = [np.asarray(f.image) for f in islice(frames(real / "talker_vfr.mp4"), 100)]
    near = [cv2.resize(image[100:600, 100:600], (700, 700)) for image in whole]
    images = [*whole[80:90], *near[10:20], *whole[40:50], *near[60:70], *whole[:10]]
    found = list(detector([Frame(i / 25, image) for i, image in enumerate(images)]))
    assert len(cuts(images)) >= 3
    assert {(f.state, f.track) for f in found} == {(State.OK, 0)}


def test_a_blurred_face_says_so(talker):
    shown, _ = talker
    blurred = [Frame(f.time, cv2.GaussianBlur(f.image, (0, 0), 24)) for f in shown[:3]]
    found = list(build(**OPTIONS | {"sharpness": 0.2})(blurred))
    assert {f.state for f in found} == {State.BLURRED}
    assert all(f.crop is None and np.isfinite(f.box).all() for f in found)


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
    monkeypatch.setattr("features.faces.tracking.chunks.CHUNK_BYTES", 3 * picture().nbytes + 5)
    assert sizes([picture()] * 7) == [3, 3, 1]
    monkeypatch.setattr("features.faces.tracking.chunks.CHUNK_BYTES", 1)
    assert sizes([picture()] * 3) == [1, 1, 1]


def test_chunks_come_in_order_and_an_error_of_theirs_is_raised():
    def failing():
        yield from ([Frame(i, None)] for i in range(3))
        raise ValueError("the file ends here")

    seen = []
    with pytest.raises(ValueError, match="ends here"):
        seen.extend(chunk[0].time for chunk in prefetched(failing()))
    assert seen == [0, 1, 2]


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
    assert iou(np.stack([a] * 2), np.stack([b] * 3)) == pytest.approx(np.full((2, 3), share))


def test_boxes_halfway_between_two_frames():
    left, right = box(0, 0, 8, 8), box(40, 0, 48, 8)
    found = interpolated(np.stack([left, right]), np.stack([right + 2, left + 2]))
    assert found is not None
    assert {tuple(b) for b in found} == {(1, 1, 9, 9), (41, 1, 49, 9)}
    assert interpolated(np.stack([left]), np.stack([right])) is None
    assert interpolated(np.stack([left, right]), np.stack([left])) is None
    none = np.zeros((0, 4))
    assert interpolated(none, np.stack([left])) is None and interpolated(none, none) is not None


def test_pairs_are_the_most_alike_first():
    similarity = np.array([[0.9, 0.8, 0.1], [0.95, 0.2, 0.4]])
    assert matched(similarity, 0.3) == [(1, 0), (0, 1)]
    assert matched(similarity, 0.85) == [(1, 0)]
    assert matched(similarity[:0], 0.3) == matched(similarity[:, :0], 0.3) == []


def test_a_cut_is_where_the_whole_picture_changes():
    rng = np.random.default_rng(3)
    one, other = rng.integers(0, 256, (2, 50, 70, 3)).astype(np.uint8)
    moved = np.roll(cv2.GaussianBlur(one, (0, 0), 9), 1, axis=1)
    assert cuts([one, one, other, other, one]) == [2, 4]
    assert cuts([cv2.GaussianBlur(one, (0, 0), 9), moved]) == cuts([one]) == cuts([]) == []


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
    [
        ("size_px", 15),
        ("key_every", 0),
        ("look_every", 0),
        ("shrink_px", 11),
        ("sharpness", -1),
        ("min_face", 0),
        ("confidence", 1.5),
    ],
)
def test_options_out_of_range_are_named(option, value):
    with pytest.raises(ValueError, match=f"mtcnn: {option} must be"):
        build(**OPTIONS | {option: value})


# ------------------------------------------------------------------ tracks --


def looking(level):
    rng = np.random.default_rng(level)
    return appearance(rng.integers(0, 256, (28, 28, 3)).astype(np.uint8))


def test_a_track_goes_on_where_it_was_and_comes_back_by_its_look():
    tracks, here, there = Tracks(), box(0, 0, 8, 8), box(50, 0, 58, 8)
    ann, bob = looking(1), looking(2)
    assert tracks(0.0, np.stack([here, there]), [ann, bob], True) == [0, 1]
    assert tracks(0.1, np.stack([there + 1, here + 1]), [bob, ann], False) == [1, 0]
    assert tracks(0.2, np.stack([here]), [looking(3)], False) == [0]  # a look may change in place
    assert tracks(0.3, np.stack([here]), [bob], True) == [1]  # but not across a cut
    assert tracks(0.4, np.stack([here]), [looking(3)], True) == [0]  # every look is known again
    assert tracks(9.0, np.stack([here]), [looking(4)], False) == [2]  # not after a while


def detection(frame, track, corners, state=State.OK, size=(100, 50)):
    row = np.zeros((), DETECTION)
    row["frame"], row["track"], row["state"], row["size"] = frame, track, state, size
    row["candidate"][:4] = corners
    return row


LEFT, MIDDLE, RIGHT = (0, 0, 10, 20), (45, 20, 55, 30), (70, 0, 100, 50)
SEEN = np.stack(
    [detection(i, 0, LEFT) for i in range(7)]
    + [detection(i, 1, MIDDLE) for i in range(5)]
    + [detection(i, 2, RIGHT) for i in range(2, 5)]
    + [detection(i, 3, RIGHT, State.BLURRED) for i in range(19)]
)


@pytest.mark.parametrize(
    "subject, track",
    [
        ("longest", 0),
        ("centred", 1),
        ("largest", 2),
        ([0, 0, 0.2, 1], 0),
        ([0.4, 0.3, 0.6, 0.7], 1),
        ([0.2, 0, 0.3, 1], NOBODY),
    ],
)
def test_the_subject_is_whom_the_rule_says(subject, track):
    assert choose(SEEN, rule(subject), silent) == track
    assert choose(SEEN[:0], rule(subject), silent) == NOBODY


def test_a_face_without_a_crop_is_the_subject_where_nobody_has_one():
    assert choose(SEEN[-3:], rule("longest"), silent) == 3


def test_two_that_are_seen_together_for_as_long_are_undecided():
    both = np.stack([detection(i, t, LEFT) for i in range(11) for t in (0, 1)])
    assert choose(both, rule("longest"), silent) == UNDECIDED
    assert choose(both[1:], rule("longest"), silent) == UNDECIDED  # a frame more is no reason
    assert choose(both[6:], rule("longest"), silent) == UNDECIDED
    turns = both.copy()
    turns["frame"][turns["track"] == 1] += 11
    assert choose(turns, rule("longest"), silent) == 0  # one after the other


def test_a_device_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="device must be one of auto, cpu, cuda, got 'gpu'"):
        build(**OPTIONS | {"device": "gpu"})
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="torch sees no GPU here"):
            build(**OPTIONS | {"device": "cuda"})


@pytest.mark.parametrize("subject", ["biggest", [0, 0, 1], [0.5, 0, 0.5, 1], 3])
def test_a_subject_that_does_not_exist_is_named_with_those_that_do(subject):
    with pytest.raises(ValueError, match="longest, largest, centred"):
        rule(subject)


def test_every_frame_has_a_row_of_the_chosen_track():
    dark, light = np.full((16, 16, 3), 40, np.uint8), np.full((16, 16, 3), 200, np.uint8)
    one, other = np.full(15, 0.5, np.float32), np.full(15, 0.75, np.float32)
    with Detections() as detections:
        detections.add_frame(Frame(0.0, picture()), 2)
        detections.add_face(0, one, State.OK, dark)
        detections.add_face(1, other, State.OK, light)
        detections.add_frame(Frame(0.1, None), 0)
        detections.add_frame(Frame(0.2, picture()), 1)
        detections.add_face(1, other, State.BLURRED, light)
        detections.add_frame(Frame(0.3, picture()), 0)

        def rows(track):
            return [(f.time, f.state, f.faces, f.crop, f.track) for f in detections.of(track)]

        nothing = (0.1, State.UNDECODABLE, 0, None, -1), (0.3, State.NO_FACE, 0, None, -1)
        assert rows(1) == [
            (0.0, State.OK, 2, jpeg(light), 1),
            nothing[0],
            (0.2, State.BLURRED, 1, None, 1),
            nothing[1],
        ]
        gone = (0.2, State.NO_FACE, 1, None, -1)
        assert rows(0) == [(0.0, State.OK, 2, jpeg(dark), 0), nothing[0], gone, nothing[1]]
        several = [(t, State.SEVERAL_FACES, n, None, -1) for t, n in ((0.0, 2), (0.2, 1))]
        assert rows(UNDECIDED) == [several[0], nothing[0], several[1], nothing[1]]
        assert [f.box[0] for f in detections.of(1)][::2] == [0.75, 0.75]
        assert detections.table()["size"].tolist() == [[4, 4]] * 3


def test_sharpness_does_not_depend_on_light_but_on_focus():
    rng = np.random.default_rng(7)
    fine = cv2.GaussianBlur(rng.integers(0, 256, (112, 112, 3)).astype(np.uint8), (0, 0), 1)
    dim, soft = (fine // 2 + 20).astype(np.uint8), cv2.GaussianBlur(fine, (0, 0), 5)
    assert sharpness(dim) == pytest.approx(sharpness(fine), rel=0.05)
    assert sharpness(soft) < sharpness(fine) / 3
    assert sharpness(picture(112)) == 0


# ------------------------------------------------------------------ speech --


def pieces(rate):
    """A second of silence and one of loud sound, in pieces of 0.3 s, then again, 4 s later."""
    wave = np.repeat([0.0, 0.5], rate).astype(np.float32)
    for begin in (0.0, 4.0):
        for at in range(0, len(wave), rate * 3 // 10):
            yield Sound(begin + at / rate, wave[at : at + rate * 3 // 10])


def test_loudness_has_its_time():
    times, level = loudness(pieces)
    assert (np.diff(times) > 0).all() and times[0] == 0.005 and times[-1] == pytest.approx(5.995)
    at = np.interp([0.5, 1.5, 4.5, 5.5], times, level)
    assert at == pytest.approx([0, 0.5, 0, 0.5])
    assert loudness(silent).shape == (2, 0)


def test_a_mouth_that_moves_with_the_sound_speaks():
    heard, times = loudness(pieces), np.arange(150) / 25
    moving = np.where((times % 4 > 1) & (times % 4 < 2), 20.0, 2.0)
    moving[[0, 7]] = np.nan
    assert mouth_correlation(times, moving, heard) > 0.8
    assert mouth_correlation(times, 22 - moving, heard) < -0.5
    assert mouth_correlation(times, np.full(150, 3.0), heard) == 0
    assert mouth_correlation(times[:20], moving[:20], heard) == 0
    assert mouth_correlation(times, moving, loudness(silent)) == 0


def test_a_mouth_is_compared_with_the_frame_before_only():
    rng = np.random.default_rng(5)
    one, other = rng.integers(0, 256, (2, 112, 112, 3)).astype(np.uint8)
    motion = MouthMotion()
    seen = [motion(0, 3, one), motion(0, 4, one), motion(0, 5, other)]
    assert np.isnan(seen[0]) and seen[1] == 0 and seen[2] > 10
    assert np.isnan(motion(0, 7, other)) and np.isnan(motion(1, 8, other))


def test_a_mouth_is_looked_at_and_not_the_eyes():
    crop = np.full((160, 160, 3), 90, np.uint8)
    eyes, lips = crop.copy(), crop.copy()
    eyes[60:90] = 200
    lips[120:140, 60:100] = 200
    assert np.abs(mouth(crop) - mouth(eyes)).max() == 0 < np.abs(mouth(crop) - mouth(lips)).max()
