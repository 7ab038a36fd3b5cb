"""Crops that somebody else made are shown at the moments of the video's own frames."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from features.faces.ready_crops import build
from features.media import Frame
from features.track import State

GREY = np.full((8, 8, 3), 90, np.uint8)


@pytest.fixture
def folder(tmp_path):
    """Write images into the folder of the clip "ann", each all of one level."""

    def write(sizes=(16, 16), **levels):
        (tmp_path / "ann").mkdir(exist_ok=True)
        for name, level in levels.items():
            image = np.full((*sizes, 3), level, np.uint8)
            assert cv2.imwrite(str(tmp_path / "ann" / name.strip("_").replace("_", ".")), image)
        return tmp_path

    return write


def look(path, images, clip="ann", size_px=16):
    shown = [Frame(time, image) for time, image in images]
    return list(build(path=str(path), size_px=size_px)(iter(shown), None, clip))


SHOWN = [(0.0, GREY), (0.031, GREY), (0.1, None), (0.15, None), (0.2, GREY)]


def test_image_n_is_the_nth_frame_and_a_missing_one_is_no_face(folder):
    path = folder(_00001_jpg=40, _00003_jpg=200)
    found = look(path, SHOWN)
    assert [f.time for f in found] == [0.0, 0.031, 0.1, 0.15, 0.2]
    ok, none, lost = State.OK, State.NO_FACE, State.UNDECODABLE
    assert [f.state for f in found] == [ok, none, ok, lost, none]
    assert found[0].crop == (path / "ann" / "00001.jpg").read_bytes()
    assert found[2].crop == (path / "ann" / "00003.jpg").read_bytes()
    assert [f.faces for f in found] == [1, 0, 1, 0, 0]
    assert all(np.isnan(f.box).all() and np.isnan(f.confidence) for f in found)
    assert [f.track for f in found] == [0, -1, 0, -1, -1]


@pytest.mark.parametrize("sizes", [(16, 16), (40, 31)])
def test_images_of_other_sizes_and_kinds_become_jpeg_of_the_right_size(folder, sizes):
    path = folder(sizes, _00002_png=40)
    (_, face) = look(path, SHOWN[:2])
    assert isinstance(face.crop, bytes) and face.crop[:2] == b"\xff\xd8"
    image = cv2.imdecode(np.frombuffer(face.crop, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None and image.shape == (16, 16, 3) and np.abs(image - 40.0).max() < 3


def test_an_image_that_cannot_be_decoded_says_so(folder):
    path = folder(_00001_jpg=40)
    (path / "ann" / "00001.jpg").write_bytes(b"no image")
    (path / "ann" / "00002.jpg").write_bytes(b"")
    (path / "ann" / ".hidden").touch()
    assert [f.state for f in look(path, SHOWN[:2])] == [State.UNDECODABLE] * 2


def test_a_folder_without_images_shows_nobody(folder):
    assert [f.state for f in look(folder(), SHOWN[:2])] == [State.NO_FACE] * 2


def test_more_images_than_frames_are_an_error(folder):
    with pytest.raises(ValueError, match=r"00009\.jpg is of frame 9, but the video has 5 frames"):
        look(folder(_00009_jpg=1), SHOWN)


def test_two_images_of_a_frame_and_a_frame_0_are_errors(folder):
    with pytest.raises(ValueError, match=r"1\.png shows frame 1; so does 00001\.jpg"):
        look(folder(_00001_jpg=1, _1_png=1), SHOWN)
    with pytest.raises(ValueError, match=r"0\.png shows frame 0; the first is 1"):
        look(folder(_0_png=1), SHOWN)


def test_a_clip_without_a_folder_is_named_with_the_nearest(folder):
    with pytest.raises(ValueError, match=r"no folder .*anna, nearest: 'ann'"):
        look(folder(), SHOWN, "anna")


def test_its_files_are_told_in_order_of_frames(folder):
    path = folder(_10_jpg=1, _9_jpg=1)
    assert [f.name for f in build(path=str(path), size_px=16).files("ann")] == ["9.jpg", "10.jpg"]
