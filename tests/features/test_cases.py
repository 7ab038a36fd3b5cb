"""Media of kinds that others' tools got wrong, beside a checkout on some machines, come out right.

Each folder of cases says what is right of it, and where from; tests/stages/test_cases.py has those
that show in a whole corpus, and those about transcripts.
"""

from __future__ import annotations

import wave
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from features.extractor import build
from features.grid import grid
from features.media import frames, probe, sound
from features.track import State
from tests.features.test_media_clocks import Seen, look
from tests.repo import MEDIA, PARAMS, ROOT

CASES = MEDIA.parent / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="needs ../shared/cases")
RATE = 16_000  # Hz
CONTROL = "apac_beside/media/good.mp4"  # most of the others are it, changed in one way
STEP = 0.1  # s, of the grid
EVERY = 10  # of the pictures, one in so many is looked at for a face


def of(case: str) -> Path:
    """The one media file of a case, or the file of that name."""
    if "/" in case:
        return CASES / case
    (path,) = (CASES / case / "media").iterdir()
    return path


@cache
def read(case: str) -> Seen:
    return look(of(case))


def loudness(case: str) -> float:
    """Root mean square of the sound."""
    return float(np.sqrt(np.mean(np.square(read(case).samples))))


def heard(case: str) -> tuple[float, float]:
    """From when to when there is sound, s: more than a third of the loudest."""
    level = abs(read(case).samples)
    loud = read(case).moments[level > level.max() / 3]
    return loud[0], loud[-1]


def bright(case: str) -> list[float]:
    """When bright pictures are shown, s."""
    return read(case).times[read(case).light > 128].tolist()


def test_every_case_is_tested():
    tests = ROOT / "tests"
    files = (tests / "features/test_cases.py", tests / "stages/test_cases.py")
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    cases = [folder.name for folder in CASES.iterdir()]
    assert [case for case in cases if f'"{case}"' not in text and f'"{case}/' not in text] == []


# ------------------------------------------------------------ how long, when --

LENGTHS = {
    "adts": 20.03,
    "vbr_mp3": 20.03,
    "mkv_clock": 4.06,
    "ts_again": 8.1,
    "vob_again": 5.0,
    "ogg_chained": 6.0,
    "one_bad_stamp": 5.0,
    "eight_channels": 2.0,
    "eight_channels_wav": 1.0,
    "apac_first": 4.0,
    "apac_second": 4.0,
    "apac_only": 4.0,
}


@pytest.mark.parametrize("case", LENGTHS)
def test_a_file_lasts_as_long_as_what_it_holds(case):
    assert probe(of(case)).duration == pytest.approx(LENGTHS[case], abs=0.1)


def test_an_hour_of_the_clock_before_the_first_picture_is_no_step_of_the_grid():
    assert len(grid(probe(of("mkv_clock")).duration, STEP)) == 41
    assert len(grid(probe(of("vbr_mp3")).duration, STEP)) == pytest.approx(200, abs=1)
    assert read("mkv_clock").times[[0, -1]] == pytest.approx([0.0, 3.96], abs=0.03)


SOUNDS = {"ts_again": 8.1, "vob_again": 5.0, "ogg_chained": 6.0, "adts": 20.03, "vbr_mp3": 20.03}


@pytest.mark.parametrize("case", SOUNDS)
def test_no_sound_is_lost(case):
    assert len(read(case).samples) / RATE == pytest.approx(SOUNDS[case], abs=0.1)


def test_sound_is_heard_when_it_was_made():
    assert heard("adts") == pytest.approx((0.0, 2.0), abs=STEP / 2)
    assert heard("vbr_mp3") == pytest.approx((0.0, 3.0), abs=STEP / 2)


def test_what_is_chained_is_heard_one_after_the_other():
    found = read("ogg_chained")
    for start, end, hertz in ((0.1, 2.9, 440), (3.1, 5.9, 880)):
        part = found.samples[(found.moments > start) & (found.moments < end)]
        crossings = (np.diff(np.sign(part)) > 0).sum() / (len(part) / RATE)
        assert crossings == pytest.approx(hertz, abs=2)


def test_a_clock_that_begins_again_loses_no_picture():
    assert len(read("ts_again").times) == 200
    assert 123 <= len(read("vob_again").times) <= 126  # so many are decodable
    first = np.array(bright("vob_again"))
    begins = first[np.diff(first, prepend=-1) > 0.2]
    assert begins == pytest.approx([1.0, 3.5], abs=STEP / 2)
    for case in ("ts_again", "vob_again"):
        assert probe(of(case)).mended
        assert np.diff(read(case).times).max() < 0.15  # what sound goes on beyond the pictures


def test_one_wild_stamp_costs_at_most_its_picture():
    times = read("one_bad_stamp").times
    others = np.delete(np.arange(125) / 25, 19)
    assert [t for t in times if not 0.73 < t < 0.79] == pytest.approx(others, abs=1e-3)
    assert bright("one_bad_stamp") == pytest.approx([3.0, 3.04, 3.08], abs=1e-3)
    assert probe(of("one_bad_stamp")).mended


def test_what_lies_before_an_edit_is_not_shown():
    assert len(read("edit_list").times) == 117
    assert bright("edit_list") == pytest.approx([1.68, 1.72, 1.76], abs=0.01)
    assert heard("edit_list") == pytest.approx((1.71, 1.84), abs=0.02)


def test_pictures_of_an_avi_come_in_the_order_in_which_they_are_shown():
    found = read("xvid_plain")
    assert len(found.times) == 50
    assert np.diff(found.times) == pytest.approx(0.04, abs=1e-6)
    assert np.diff(found.light) == pytest.approx(4, abs=3)


# ---------------------------------------------------------------- which stream --


def test_the_default_stream_is_chosen_and_told():
    info = probe(of("default_second"))
    assert (info.audio_stream, info.audio_streams) == (1, 2)
    assert loudness("default_second") == pytest.approx(loudness(CONTROL), rel=0.1)
    info = probe(of("default_video"))
    assert (info.video_stream, info.video_streams, info.width, info.fps) == (1, 2, 256, 25)


@pytest.mark.parametrize("case, stream", [("apac_first", 1), ("apac_second", 0)])
def test_a_stream_without_a_decoder_leaves_the_other(case, stream):
    assert (probe(of(case)).audio_stream, probe(of(case)).audio_streams) == (stream, 2)
    assert len(read(case).times) == 100
    assert loudness(case) == pytest.approx(loudness(CONTROL), rel=0.01)


def test_sound_without_a_decoder_leaves_the_pictures():
    info = probe(of("apac_only"))
    assert (info.rate, info.width, len(read("apac_only").times)) == (None, 256, 100)
    assert len(read("apac_only").samples) == 0


# -------------------------------------------------------------------- channels --


def rows(case: str) -> list[str]:
    """The states of the rows of the usual spectrogram."""
    extractor = build("audio", "logmel", PARAMS["audio"]["voice"]["options"])
    return [State(s).name for s in extractor(lambda rate: sound(of(case), rate)).state]


def test_channels_in_antiphase_are_as_loud_as_one():
    assert loudness("antiphase") == pytest.approx(loudness(CONTROL), rel=0.05)
    assert rows("antiphase") == rows(CONTROL)
    with wave.open(str(of("antiphase_wav"))) as file:
        frames_ = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    left = float(np.sqrt(np.mean(np.square(frames_[:, 0] / 32768))))
    assert left > 0.01 and loudness("antiphase_wav") == pytest.approx(left, rel=0.02)


def test_eight_channels_are_heard():
    assert rows("eight_channels_wav") == ["OK"] * 25
    for case in ("eight_channels", "eight_beside/media/also.mp4"):
        assert set(rows(case)) == {"OK"} and len(rows(case)) == pytest.approx(50, abs=1)
    assert rows("eight_beside/media/good.mp4") == rows(CONTROL)


def test_channels_without_a_layout_keep_their_times():
    assert heard("quad") == pytest.approx((1.0, 2.0), abs=0.01)
    part = look(of("quad_cut"), 0.5, 2.5)
    loud = part.moments[abs(part.samples) > 0.1]
    assert loud[[0, -1]] == pytest.approx([0.5, 1.5], abs=0.01)


# ------------------------------------------------------------- as they are shown --


@cache
def images(case: str) -> np.ndarray:
    """One picture in EVERY, (T, H, W, 3)."""
    shown = [frame.image for frame in frames(of(case))]
    assert len(shown) == 100
    return np.array(shown[::EVERY], np.float64)


FACES = (
    *("anamorphic_wide", "mirrored", "mirrored_portrait", "hdr_hlg", "hdr_pq"),
    *("default_video", "apac_first", CONTROL),
)


@pytest.mark.parametrize("case", FACES)
def test_every_picture_has_a_face(case):
    extractor = build("faces", "mtcnn", PARAMS["faces"]["options"])
    found = list(extractor(list(frames(of(case)))[::EVERY]))
    assert [State(face.state).name for face in found] == ["OK"] * 10


def test_pictures_are_turned_and_mirrored_as_players_do():
    assert np.array_equal(images("mirrored"), images(CONTROL)[:, :, ::-1])
    assert images("mirrored_portrait").mean() == pytest.approx(images(CONTROL).mean(), abs=0.3)
    assert abs(images("mirrored_portrait") - images(CONTROL)).mean() < 2


def test_pixels_that_are_not_square_are_made_so():
    assert images("anamorphic_wide").shape == images(CONTROL).shape
    assert abs(images("anamorphic_wide") - images(CONTROL)).mean() < 4


@pytest.mark.parametrize("case", ["hdr_hlg", "hdr_pq"])
def test_pictures_of_a_high_dynamic_range_look_like_others(case):
    assert images(case).mean(axis=(0, 1, 2)) == pytest.approx([163, 154, 151], abs=6)
    assert images(case).std() == pytest.approx(46, abs=5)
    assert abs(images(case) - images(CONTROL)).mean() < 8
