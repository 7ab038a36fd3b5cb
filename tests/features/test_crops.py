"""Faces are kept and read back, row for row."""

from __future__ import annotations

import gc
import tracemalloc
import warnings
from dataclasses import replace

import numpy as np

from features.crops import Crops, Face, jpeg, keep, no_face
from features.shards import Shards, write
from features.track import State


def face(time, level=100, size=32):
    ramp = np.linspace(0, 100, size)[None, :, None] + level
    crop = np.broadcast_to(ramp, (size, size, 3)).astype(np.uint8)
    box, landmarks = np.arange(4, dtype=np.float32), np.arange(10, dtype=np.float32).reshape(5, 2)
    return Face(time, State.OK, 0.99, 2, box, landmarks, crop)


SEEN = [
    no_face(0.0, State.NO_FACE),
    face(0.04, 100),
    no_face(0.08, State.LOW_CONFIDENCE, 0.7, 1),
    face(0.15, 30),
    no_face(0.2, State.UNDECODABLE),
]


def test_every_frame_has_a_row_and_every_crop_its_picture(tmp_path):
    write(tmp_path / "s.h5", {}, lambda: [keep("clip", "source", SEEN)])
    record = Shards(tmp_path)["clip"]
    crops = Crops(record)
    assert crops.times.tolist() == [0.0, 0.04, 0.08, 0.15, 0.2]
    assert crops.state.tolist() == [f.state for f in SEEN]
    images = list(crops.images())
    assert len(images) == 2
    for image, original in zip(images, (SEEN[1].crop, SEEN[3].crop), strict=True):
        assert original is not None and image.shape == (32, 32, 3)
        assert np.abs(image.astype(int) - original).max() < 12
    box, landmarks = record.columns["box"], record.columns["landmarks"]
    assert box.shape == (5, 4) and landmarks.shape == (5, 5, 2)
    assert np.isnan(box[0]).all() and box[1].tolist() == [0, 1, 2, 3]
    assert np.isnan(record.columns["confidence"][0])
    assert record.columns["faces"].tolist() == [0, 2, 1, 2, 0]


def test_colours_keep_their_order():
    red = np.zeros((16, 16, 3), np.uint8)
    red[..., 0] = 250
    nothing = no_face(0.0, State.OK)
    (image,) = Crops(
        keep("c", "s", [Face(0.0, State.OK, 1.0, 1, nothing.box, nothing.landmarks, red)])
    ).images()
    assert image[..., 0].mean() > 200 and image[..., 2].mean() < 20


def test_a_crop_that_is_jpeg_already_is_kept_as_it_is():
    ready = replace(face(0.0), crop=jpeg(np.full((16, 16, 3), 77, np.uint8)), track=3)
    record = keep("c", "s", [ready, no_face(0.1, State.NO_FACE)])
    assert record.blobs["jpeg"][1].tobytes() == ready.crop
    assert record.columns["track"].tolist() == [3, -1]


def test_a_clip_without_frames_and_one_without_faces_are_kept(tmp_path):
    clips = {"a": [], "b": SEEN[:1], "c": SEEN}
    write(tmp_path / "s.h5", {}, lambda: [keep(name, "s", seen) for name, seen in clips.items()])
    shards = Shards(tmp_path)
    assert [len(shards[c]) for c in clips] == [0, 1, 5]
    assert [len(list(Crops(shards[c]).images())) for c in clips] == [0, 0, 2]


def test_the_same_faces_are_the_same_record():
    assert keep("a", "s", SEEN).content == keep("b", "t", SEEN).content


def test_crops_wait_on_disk_and_leave_nothing_open():
    def peak(count):
        gc.collect()
        tracemalloc.start()
        record = keep("c", "s", (face(t / 25, size=256) for t in range(count)))
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size, record

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (short, _), (long, record) = peak(5), peak(60)
        kept = len(record.blobs["jpeg"][1])
        del record
        gc.collect()
    assert kept > 60 * 1000
    assert long - short < kept / 2
