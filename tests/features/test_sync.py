"""How late the sound is, from a synthetic mouth and from a real one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from features.crops import Crops, keep
from features.extractor import UnknownNameError, build
from features.media import Sound, frames, sound
from tests.repo import PARAMS
from tests.talking import RATE, faces, loud

FURTHEST_S = 1.0


def later(heard: Callable[[int], Iterable[Sound]], by: float, rate: int) -> Iterator[Sound]:
    return (replace(piece, time=piece.time + by) for piece in heard(rate))


def spoken(late: float, rate: int) -> Iterator[Sound]:
    samples = loud(late)
    yield Sound(0.0, np.repeat(samples, rate // RATE))


@pytest.mark.parametrize("late", [-0.4, 0.0, 0.4])
def test_a_synthetic_mouth_tells_how_late_its_sound_is(late: float):
    found = build("sync", "mouth", {"furthest_s": FURTHEST_S})(
        Crops(keep("a", "0", faces())), partial(spoken, late)
    )
    assert found.seconds == pytest.approx(late, abs=0.06)
    assert found.confidence > 0.999


def test_a_clip_without_a_face_or_without_sound_has_no_offset():
    mouth = build("sync", "mouth", {"furthest_s": FURTHEST_S})
    assert mouth(Crops(keep("a", "0", [])), partial(spoken, 0.0)) is None
    assert mouth(Crops(keep("a", "0", faces())), lambda rate: iter(())) is None


def test_an_offset_of_hours_is_not_looked_for():
    with pytest.raises(ValueError, match="at most 10 s, got 3600"):
        build("sync", "mouth", {"furthest_s": 3600})
    with pytest.raises(UnknownNameError, match="Did you mean 'furthest_s'"):
        build("sync", "mouth", {"furthest": 1.0})


@pytest.fixture(scope="module")
def talker(real: Path) -> tuple[Crops, Callable[[int], Iterator[Sound]]]:
    """The crops of a real talker and the sound; one thread, since tests share the cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    heard = partial(sound, real / "talker_cfr.mp4")
    detector = build("faces", "mtcnn", PARAMS["faces"]["options"])
    crops = Crops(keep("a", "0", detector(frames(real / "talker_cfr.mp4"), heard, "a")))
    torch.set_num_threads(threads)
    return crops, heard


@pytest.mark.parametrize("by", [-0.4, -0.2, 0.0, 0.2, 0.4])
def test_the_sound_of_a_real_talker_is_followed_wherever_it_is_moved(talker, by: float):
    crops, heard = talker
    found = build("sync", "mouth", {"furthest_s": FURTHEST_S})(crops, partial(later, heard, by))
    assert found.seconds == pytest.approx(by, abs=0.05)
    assert found.confidence < 0.9  # 5 s are too few to be sure, and it says so
