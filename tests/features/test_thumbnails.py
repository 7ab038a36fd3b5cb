"""Small pictures of faces."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from features.crops import Face, keep, no_face
from features.shards import Record
from features.thumbnails import thumbnails
from features.track import State


def record(bytes_: bytes | None = None) -> Record:
    """Rows every 0.25 s from 0 to 2.5 s, faces at four of them, as grey as they are late."""
    nothing = np.zeros(4, np.float32), np.zeros((5, 2), np.float32)
    faces = []
    for time in np.arange(11) / 4:
        crop = np.full((13, 13, 3), int(100 * time), np.uint8)
        face = Face(time, State.OK, 0.9, 1, *nothing, bytes_ or crop)
        faces.append(face if time in (0.5, 0.75, 1.0, 2.25) else no_face(time, State.NO_FACE))
    return keep("clip", "source", faces)


def test_the_first_face_of_each_stretch_is_taken():
    assert [time for time, _ in thumbnails(record(), 0.5, 5)] == [0.5, 1.0, 2.25]
    assert [time for time, _ in thumbnails(record(), 2.0, 5)] == [0.5, 2.25]


def test_pictures_have_the_size_asked_for_and_are_those_of_their_times():
    for time, jpeg in thumbnails(record(), 0.5, 5):
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None and image.shape == (5, 5, 3)
        assert image.mean() == pytest.approx(100 * time, abs=2)


def test_a_clip_without_a_face_has_no_pictures():
    assert thumbnails(keep("clip", "source", [no_face(0.1, State.NO_FACE)]), 1.0, 5) == []
    assert thumbnails(keep("clip", "source", []), 1.0, 5) == []


def test_what_is_no_picture_is_named_by_its_time():
    with pytest.raises(ValueError, match=r"the crop at 0\.500 s is no JPEG"):
        thumbnails(record(b"no picture"), 0.5, 5)
