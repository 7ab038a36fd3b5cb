"""From odd files come crops where there can be some, and states where not."""

from __future__ import annotations

import tracemalloc
from itertools import islice

import cv2
import numpy as np
import pytest
import torch

from features.crops import Crops, keep
from features.faces.mtcnn import build
from features.media import Frame, frames
from features.track import State
from tests.repo import PARAMS

COUNT = 16


@pytest.fixture(scope="module")
def detector():
    torch.set_num_threads(1)
    return build(**PARAMS["faces"]["options"])


@pytest.fixture(scope="module")
def face(real):
    """Pictures (240, 300, 3) of a talking face."""
    shown = islice(frames(real / "talker_cfr.mp4"), COUNT)
    return [
        cv2.copyMakeBorder(cv2.resize(f.image, (240, 240)), 0, 0, 20, 40, cv2.BORDER_REPLICATE)
        for f in shown
        if f.image is not None
    ]


def read(detector, path):
    record = keep("clip", "source", detector(frames(path)))
    assert len(list(Crops(record).images())) == (record.columns["state"] == State.OK).sum()
    return record.columns["times"].tolist(), record.columns["state"].tolist(), record


@pytest.mark.parametrize("pix_fmt", ["gray", "yuv420p10le", "yuv444p"])
def test_a_face_is_found_in_grey_and_in_many_shades(face, film, detector, pix_fmt):
    path = film("a.mp4", face, np.arange(COUNT) / 25, pix_fmt=pix_fmt)
    assert read(detector, path)[1] == [State.OK] * COUNT


def test_a_face_is_found_at_the_true_times_of_a_variable_rate(face, film, detector):
    times = np.cumsum(np.random.default_rng(1).uniform(0.01, 0.09, COUNT))
    times -= times[0]
    found, states, _ = read(detector, film("a.mp4", face, times))
    assert found == pytest.approx(times.tolist(), abs=1e-4) and states == [State.OK] * COUNT


@pytest.mark.parametrize("name", ["still.mp4", "still.png", "still.jpg"])
def test_a_face_is_found_in_one_picture(face, film, tmp_path, detector, name):
    if name.endswith("mp4"):
        film(name, face[:1], [0.0])
    else:
        assert cv2.imwrite(str(tmp_path / name), face[0][..., ::-1])
    assert read(detector, tmp_path / name)[:2] == ([0.0], [State.OK])


def test_a_video_cut_off_has_crops_up_to_there(face, film, detector):
    often, front = {"g": "4"}, {"movflags": "faststart"}
    path = film("a.mp4", face, np.arange(COUNT) / 25, codec_options=often, options=front)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 5])
    _, states, _ = read(detector, path)
    assert 3 < len(states) < COUNT and set(states[:-1]) == {State.OK}
    assert states[-1] == State.UNDECODABLE


def test_damage_in_the_middle_loses_no_row(face, film, detector):
    path = film("a.mp4", face, np.arange(COUNT) / 25, codec_options={"g": "4"})
    data = bytearray(path.read_bytes())
    begin = data.index(b"mdat")
    middle = begin + (data.index(b"moov") - begin) // 2
    data[middle : middle + 900] = bytes(900)
    path.write_bytes(data)
    _, states, _ = read(detector, path)
    assert len(states) == COUNT
    assert State.UNDECODABLE in states and states[:4] == [State.OK] * 4


def test_a_phone_that_was_held_upright_gives_upright_crops(face, film, detector):
    lying = [np.ascontiguousarray(np.rot90(image)) for image in face]
    path = film("a.mp4", lying, np.arange(COUNT) / 25)
    assert State.OK not in read(detector, path)[1]
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 4 + 40
    one, minus = (65536).to_bytes(4, "big"), (-65536).to_bytes(4, "big", signed=True)
    data[matrix : matrix + 36] = bytes(4) + one + bytes(4) + minus + bytes(16) + one[::-1]
    data[matrix + 32 : matrix + 36] = (1 << 30).to_bytes(4, "big")
    path.write_bytes(data)
    _, states, record = read(detector, path)
    assert states == [State.OK] * COUNT
    eyes, mouth = record.columns["landmarks"][0][:2], record.columns["landmarks"][0][3:]
    assert eyes[:, 1].max() < mouth[:, 1].min()


def test_frames_may_change_their_size(face, detector):
    small = [cv2.resize(image, (200, 160)) for image in face[8:]]
    found = list(detector([Frame(i / 25, x) for i, x in enumerate([*face[:8], *small])]))
    assert [f.state for f in found] == [State.OK] * COUNT
    assert {f.track for f in found} == {0}  # it still looks like itself
    assert found[-1].box.max() < 200


@pytest.mark.parametrize("side", [1, 2, 11])
def test_a_video_too_small_for_a_face_shows_none(film, detector, side):
    images = [np.full((side, side, 3), 90, np.uint8)] * 3
    path = film("a.mkv", images, np.arange(3) / 25, codec="ffv1", pix_fmt="bgr0")
    assert read(detector, path)[1] == [State.NO_FACE] * 3


def test_memory_does_not_grow_with_length(detector):
    image = np.random.default_rng(0).integers(0, 256, (48, 64, 3)).astype(np.uint8)

    def peak(count):
        tracemalloc.start()
        rows = sum(1 for _ in detector(Frame(i / 25, image.copy()) for i in range(count)))
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert rows == count
        return size

    assert peak(1500) - peak(200) < 1300 * 1000  # bytes a row; a frame has 9216
