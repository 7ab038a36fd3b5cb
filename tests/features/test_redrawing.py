"""A film keeps its times and its sound when its pictures are redrawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from features.media import MediaError, frames, sound
from features.media.redrawing import redraw

TIMES = [0.0, 0.04, 0.15, 0.21, 0.5]  # s, no constant rate
IMAGES = [np.full((31, 47, 3), 40 * i, np.uint8) for i in range(5)]  # odd sides, for which
LOSSLESS = {"codec": "ffv1", "pix_fmt": "bgr0"}  # not every codec has a place


def heard(path: Path) -> tuple[float, np.ndarray]:
    """When the sound begins, and its samples at 8 kHz."""
    pieces = list(sound(path, 8000))
    return pieces[0].time, np.concatenate([piece.samples for piece in pieces])


@pytest.fixture
def redrawn(tmp_path: Path):
    """The film as its negative."""

    def make(source: Path) -> Path:
        redraw(source, tmp_path / "negative.mp4", lambda time, image: 255 - image)
        return tmp_path / "negative.mp4"

    return make


def test_every_picture_is_drawn_anew_at_its_own_time(film, redrawn):
    after = list(frames(redrawn(film("film.mkv", IMAGES, TIMES, **LOSSLESS))))
    assert [f.time for f in after] == pytest.approx(TIMES, abs=1e-3)
    for image, frame in zip(IMAGES, after, strict=True):
        assert frame.image.shape == (32, 48, 3)
        assert abs(255.0 - image.mean() - frame.image.mean()) < 3


@pytest.mark.parametrize(("codec", "most"), [("aac", 0.0), ("pcm_s16le", 0.05)])
def test_its_sound_stays_where_it_is(film, redrawn, codec, most):
    """As it is where mp4 can hold it, else as AAC; here it begins late and rises from 200 Hz."""
    seconds = np.arange(16_000) / 16_000
    tone = 0.3 * np.sin(2 * np.pi * (200 * seconds + 400 * seconds**2))[None]
    source = film("film.mkv", IMAGES, TIMES, tone, audio_codec=codec, sound_from=0.32, **LOSSLESS)
    (begin, before), (begins, after) = heard(source), heard(redrawn(source))
    assert begin - 0.07 < begins <= begin  # AAC begins with a little silence
    first = round((begin - begins) * 8000)
    assert np.abs(before[800:6400] - after[first + 800 : first + 6400]).mean() <= most


def test_a_film_without_sound_stays_silent(film, redrawn):
    assert list(sound(redrawn(film("film.mkv", IMAGES, TIMES, **LOSSLESS)), 8000)) == []


def test_a_sound_has_nothing_to_draw_on(film, redrawn):
    with pytest.raises(MediaError, match="holds no picture to draw on"):
        redrawn(film("sound.mkv", samples=np.zeros((1, 8000))))


def test_a_damaged_piece_of_sound_costs_that_piece_and_not_the_film(film, redrawn):
    seconds = np.arange(32_000) / 16_000
    tone = 0.3 * np.sin(2 * np.pi * 440 * seconds)[None]
    source = film("film.mkv", IMAGES, TIMES, tone, audio_codec="flac", **LOSSLESS)
    data = bytearray(source.read_bytes())
    begin = data.index(b"\xff\xf8", len(data) // 2)  # of a frame of FLAC
    data[begin : begin + 8] = bytes(8)
    source.write_bytes(data)
    (_, before), (_, after) = heard(source), heard(redrawn(source))
    assert len(after) == pytest.approx(len(before), rel=0.1)
