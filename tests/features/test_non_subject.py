"""Non-subject faces are kept as well as the subject, where an option says so."""

from __future__ import annotations

import gc
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import torch

from features.crops import Crops, Face, keep, no_face
from features.demo.appearance import sample_appearance
from features.demo.canvas import Pose
from features.demo.face import draw_head, express
from features.extractor import UnknownNameError, build
from features.media import Frame
from features.non_subject import as_subject, keep_all, read_non_subject
from features.shards import Shards, write
from features.shards.look import show
from features.track import State
from tests.repo import PARAMS

OPTIONS = PARAMS["faces"]["options"]
COUNT = 23
AWAY = range(7, 13)  # frames that do not show the person on the right
LOST = 17  # frame that cannot be decoded
TIMES = np.cumsum([0.0, *np.random.default_rng(2).uniform(0.02, 0.06, COUNT - 1)])  # s


def picture(*people: float) -> np.ndarray:
    """Synthetic heads at shares of the width, the first the largest: RGB uint8 (240, 480, 3)."""
    image = np.full((240, 480, 3), (150, 170, 190), np.uint8)
    for number, x in enumerate(people):
        look = sample_appearance(np.random.default_rng(number))
        pose = Pose(x=480 * x, y=118, scale=70 - 12 * number, tilt=0.0, yaw=0.0)
        draw_head(image, look, pose, express(0.3, 0.2))
    return image


@pytest.fixture(scope="module")
def shown() -> list[Frame]:
    """A person on the left, and one on the right who is away for a while."""
    both, one = picture(0.25, 0.75), picture(0.25)
    images = [one if i in AWAY else None if i == LOST else both for i in range(COUNT)]
    return [Frame(float(t), image) for t, image in zip(TIMES, images, strict=True)]


def detected(frames, **options):
    torch.set_num_threads(1)
    detector = build("faces", "mtcnn", OPTIONS | options)
    return detector.keep("clip", "source", detector(frames))


@pytest.fixture(scope="module")
def everybody(shown):
    return detected(shown, others=True)


def test_the_other_person_has_times_and_boxes_of_their_own_and_no_switch(everybody):
    others = read_non_subject(everybody)
    rows = [i for i in range(COUNT) if i not in AWAY and i != LOST]
    assert others["row"].tolist() == rows
    assert others["times"].tolist() == TIMES[rows].tolist()
    assert set(others["state"]) == {State.OK} and set(others["track"]) == {1}
    assert (others["box"][:, 0] > 240).all() and (others["box"][:, 2] < 480).all()
    assert (others["landmarks"][..., 0] > 240).all() and (others["confidence"] >= 0.9).all()
    left = everybody.columns["box"][rows]
    assert (left[:, 2] < 240).all() and set(everybody.columns["track"][rows]) == {0}


def test_the_other_as_the_subject_is_what_choosing_them_would_have_kept(shown, everybody):
    chosen = detected(shown, subject=[0.5, 0, 1, 1])
    other = as_subject(everybody, 1)
    assert other.content == chosen.content
    crops = Crops(other)
    assert crops.state[AWAY.start] == State.NO_FACE and crops.state[LOST] == State.UNDECODABLE
    images = list(crops.images())
    assert len(images) == COUNT - len(AWAY) - 1 and images[0].shape == (112, 112, 3)


def test_of_two_who_are_undecided_both_are_kept(shown):
    record = detected(shown[: AWAY.start], subject="longest", others=True)
    assert set(record.columns["state"]) == {State.SEVERAL_FACES}
    assert read_non_subject(record)["track"].tolist() == [0, 1] * AWAY.start
    assert {len(list(Crops(as_subject(record, t)).images())) for t in (0, 1)} == {AWAY.start}


def test_unless_asked_for_nobody_else_is_kept_and_the_subject_is_the_same(shown, everybody):
    alone = detected(shown, others=False)
    assert list(alone.blobs) == ["jpeg"]
    subject = {"jpeg": everybody.blobs["jpeg"]}
    assert replace(everybody, blobs=subject).content == alone.content
    with pytest.raises(ValueError, match=r"clip 'clip' keeps .* faces\.options\.others: true"):
        read_non_subject(alone)


def test_a_clip_of_one_person_has_no_others():
    record = detected([Frame(i / 25, picture(0.5)) for i in range(3)], others=True)
    assert record.columns["state"].tolist() == [State.OK] * 3
    assert {len(x) for x in read_non_subject(record).values()} == {0}
    with pytest.raises(ValueError, match="no other face 1; there are: none"):
        as_subject(record, 1)


def test_a_track_that_nobody_has_is_named_with_those_there_are(everybody):
    with pytest.raises(ValueError, match=r"clip 'clip' has no other face 0; there are: 1$"):
        as_subject(everybody, 0)


# ------------------------------------------------------------------ kept by hand --


def face(time: float, level: int, track: int, *others: Face, state=State.OK) -> Face:
    crop = np.full((16, 16, 3), level, np.uint8) if state == State.OK else None
    box = np.arange(4, dtype=np.float32) + level
    landmarks = np.arange(10, dtype=np.float32).reshape(5, 2)
    return Face(time, state, 0.5, 1 + len(others), box, landmarks, crop, track, others)


SEEN = [
    no_face(0.0, State.NO_FACE),
    face(0.1, 40, 0, face(0.1, 90, 1), face(0.1, 140, 2)),
    replace(no_face(0.3, State.NO_FACE), non_subject=(face(0.3, 200, 2, state=State.BLURRED),)),
    no_face(0.4, State.UNDECODABLE),
    face(0.7, 50, 0, face(0.7, 150, 2)),
]


def levels(record) -> list[int]:
    return [round(float(image.mean())) for image in Crops(record).images()]


def test_others_come_back_from_a_shard_whole_and_in_part(tmp_path):
    records = [keep_all("a", "s", SEEN), keep_all("b", "s", []), keep_all("c", "s", SEEN[:1])]
    write(tmp_path / "s.h5", {}, lambda: records)
    shards = Shards(tmp_path)
    assert [len(read_non_subject(shards[clip])["row"]) for clip in "abc"] == [4, 0, 0]
    others = read_non_subject(shards["a"])
    assert others["row"].tolist() == [1, 1, 2, 4] and others["track"].tolist() == [1, 2, 2, 2]
    assert others["times"].tolist() == [0.1, 0.1, 0.3, 0.7]
    assert others["box"][:, 0].tolist() == [90, 140, 200, 150]
    assert others["size"][2] == 0 < others["size"][[0, 1, 3]].min()
    assert levels(shards["a"]) == [40, 50]
    assert levels(as_subject(shards["a"], 1)) == [90]
    assert levels(as_subject(shards["a"], 2)) == [140, 150]
    ok, none, lost = State.OK, State.NO_FACE, State.UNDECODABLE
    assert Crops(as_subject(shards["a"], 2)).state.tolist() == [none, ok, State.BLURRED, lost, ok]
    assert levels(as_subject(shards.window("a", 2, 5), 2)) == [150]
    assert "blobs      others: 4 items of track, state, " in "\n".join(show(shards))


def test_pictures_of_others_wait_on_disk():
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (96, 96, 3)).astype(np.uint8)

    def peak(count: int) -> tuple[int, int]:
        gc.collect()
        tracemalloc.start()
        two = replace(face(0.0, 9, 0), non_subject=(replace(face(0.0, 9, 1), crop=noise),))
        record = keep_all("c", "s", (replace(two, time=i / 25) for i in range(count)))
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size, len(record.blobs["others.jpeg"][1])

    (short, _), (long, kept) = peak(5), peak(60)
    assert kept > 60 * 5000 and long - short < kept / 5


# ------------------------------------------------------------------ the option --


def test_the_option_is_true_or_false_and_of_detectors_alone():
    with pytest.raises(ValueError, match="mtcnn: others must be true or false, got 'no'"):
        build("faces", "mtcnn", OPTIONS | {"others": "no"})
    with pytest.raises(UnknownNameError, match="Did you mean 'others'"):
        build("faces", "mtcnn", OPTIONS | {"other": True})
    with pytest.raises(UnknownNameError, match="ready_crops named 'others'; there are: path"):
        build("faces", "ready_crops", {"path": "crops", "size_px": 112, "others": True})


def test_what_keeps_nobody_else_is_kept_as_before():
    assert keep("c", "s", SEEN).content != keep_all("c", "s", SEEN).content
    assert list(keep("c", "s", SEEN).blobs) == ["jpeg"]
