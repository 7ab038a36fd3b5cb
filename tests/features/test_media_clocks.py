"""What is planted in a media file is found when it was shown and heard, whatever its clock says.

Times are held to half a step of the usual grid where codecs put a lead before the sound or files
are joined, and closer by what comes out of the file itself: a stretch has the times of the whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest

from features.media import Info, MediaError, frames, probe, sound
from features.media.timestamps import frame_times
from tests.features.planted_clocks import FAST, GAPS, JUMPS, PARTLY
from tests.features.planted_files import LENGTHS, ORDINARY
from tests.features.planted_truth import Planted
from tests.features.planted_wild import WILD

STEP = 0.1  # s, of the grid
RATE = 16_000  # Hz
SEEK = 0.01  # s, by which sound may be told otherwise of a stretch
STRAIGHT = {**ORDINARY, **LENGTHS}
DECODED_ONLY = {  # in which only who decodes pictures sees that one stamp is of another place
    "mpg, 2 s back",
    "a picture among B pictures 0.3 s on",
}
FILES = {**STRAIGHT, **JUMPS, **WILD, **GAPS}


@dataclass(frozen=True)
class Seen:
    """Times and brightness of pictures, times and amounts of sound; both (T,)."""

    times: np.ndarray
    light: np.ndarray
    moments: np.ndarray
    samples: np.ndarray

    @property
    def flashes(self) -> list[float]:
        return begins(self.times, self.light > 128, 0.2)

    @property
    def clicks(self) -> list[float]:
        return begins(self.moments, abs(self.samples) > 0.25, 0.2)


def begins(times: np.ndarray, on: np.ndarray, apart: float) -> list[float]:
    """When something begins that was not there for `apart` s."""
    found = times[on]
    first = np.diff(found, prepend=-np.inf) > apart
    return found[first].tolist()


def look(path: Path, start: float = 0.0, end: float | None = None) -> Seen:
    shown = [(f.time, f.image.mean()) for f in frames(path, start, end) if f.image is not None]
    times, light = np.array(shown, np.float64).reshape(-1, 2).T
    pieces = list(sound(path, RATE, start, end))
    moments = [p.time + np.arange(len(p.samples)) / RATE for p in pieces]
    return Seen(
        times,
        light,
        np.concatenate([np.zeros(0), *moments]),
        np.concatenate([np.zeros(0, np.float32), *(p.samples for p in pieces)]),
    )


@dataclass(frozen=True)
class Read:
    """A planted file, and what is read of it."""

    truth: Planted
    info: Info
    whole: Seen


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Read]:
    """Name of a planted file -> what comes out of it, read once."""
    makers = {**FILES, **FAST, **PARTLY}

    @cache
    def once(name: str) -> Read:
        truth = makers[name](tmp_path_factory.mktemp("planted"))
        return Read(truth, probe(truth.path), look(truth.path))

    return once


def near(times: tuple[float, ...]) -> object:
    return pytest.approx(list(times), abs=STEP / 2)


@pytest.mark.parametrize("name", FILES)
def test_flashes_are_seen_when_they_were_shown(read, name):
    assert read(name).whole.flashes == near(read(name).truth.flashes)


@pytest.mark.parametrize("name", FILES)
def test_clicks_are_heard_when_they_were_made(read, name):
    assert read(name).whole.clicks == near(read(name).truth.clicks)


@pytest.mark.parametrize("name", FILES)
def test_a_file_lasts_as_long_as_what_it_holds(read, name):
    assert read(name).info.duration == pytest.approx(read(name).truth.seconds, abs=0.1)


@pytest.mark.parametrize("name", FILES)
def test_no_picture_is_lost_and_none_comes_twice(read, name):
    truth, times = read(name).truth, read(name).whole.times
    assert truth.pictures - truth.lost <= len(times) <= truth.pictures
    assert (np.diff(times) > 0).all()
    if len(times):
        assert -1e-9 <= times[0] and times[-1] < truth.seconds + STEP / 2


@pytest.mark.parametrize("name", FILES)
def test_no_sound_is_lost_and_none_comes_twice(read, name):
    truth, moments = read(name).truth, read(name).whole.moments
    assert len(moments) / RATE == pytest.approx(truth.sound, abs=0.1)
    assert (np.diff(moments) > 0.9 / RATE).all()
    if len(moments):
        assert -STEP / 2 <= moments[0] and moments[-1] < truth.seconds + STEP


@pytest.mark.parametrize("name", FILES)
def test_times_read_from_packets_are_those_of_the_pictures(read, name):
    truth = read(name).truth
    times, shown = frame_times(truth.path).tolist(), [f.time for f in frames(truth.path)]
    if name in DECODED_ONLY:
        assert len(set(times) - set(shown)) == truth.lost
        times = [time for time in times if time in shown]
    assert times == shown


@pytest.mark.parametrize("share", [0.1, 0.4, 0.46, 0.7])
@pytest.mark.parametrize("name", FILES)
def test_a_stretch_has_the_times_of_the_whole(read, name, share):
    truth, whole = read(name).truth, read(name).whole
    start = share * truth.seconds
    end = start + 0.4 * truth.seconds
    part = look(truth.path, start, end)
    inside = (whole.times >= start) & (whole.times < end)
    assert (part.times + start).tolist() == pytest.approx(whole.times[inside].tolist(), abs=1e-6)
    assert part.light == pytest.approx(whole.light[inside], abs=8)
    inside = (whole.moments >= start) & (whole.moments < end)
    assert len(part.moments) == pytest.approx(inside.sum(), abs=SEEK * RATE)
    if inside.any():
        edges = part.moments[[0, -1]] + start
        assert edges == pytest.approx(whole.moments[inside][[0, -1]], abs=SEEK)
    within = [c for c in whole.clicks if start + 0.05 < c < end - 0.05]
    found = [c + start for c in part.clicks if 0.05 < c < end - start - 0.05]
    assert found == pytest.approx(within, abs=SEEK)


@pytest.mark.parametrize("name", FILES)
def test_a_clock_that_was_put_right_is_told_and_no_other(read, name):
    info, truth = read(name).info, read(name).truth
    if truth.mended is not None:
        assert info.mended == truth.mended
    if truth.doubtful is not None:
        assert bool(info.doubts) == truth.doubtful, info.doubts


@pytest.mark.parametrize("name", FAST)
def test_a_clock_that_contradicts_the_amount_of_sound_is_told_with_both_figures(read, name):
    said = 4.0 * (0.9 if "short" in name else 1.1)
    told = [figures(doubt) for doubt in read(name).info.doubts]
    assert [f for f in told if all(min(abs(f - s)) < 0.1 for s in (4.0, said))], told


def figures(sentence: str) -> np.ndarray:
    """The numbers in a sentence."""
    return np.array([float(n) for n in re.findall(r"\d+\.?\d*", sentence)])


def test_pictures_keep_their_times_beside_a_wild_one(read):
    for name, number in {"a picture 30 s on": 50, "a picture half a second on": 50}.items():
        others = np.delete(np.arange(100) / 25, number)
        times = read(name).whole.times
        assert [t for t in times if not 1.97 < t < 2.03] == pytest.approx(others, abs=1e-3)


@pytest.mark.parametrize("name", PARTLY)
def test_what_cannot_be_followed_is_told(tmp_path, name):
    truth = PARTLY[name](tmp_path)
    try:
        info, whole = probe(truth.path), look(truth.path)
    except MediaError:
        return
    all_there = (len(whole.times), len(whole.moments) / RATE) == (
        truth.pictures,
        pytest.approx(truth.sound, abs=0.1),
    )
    assert all_there or info.doubts


def test_sound_of_a_stretch_is_on_time_where_a_second_is_no_number_of_bytes(tmp_path: Path):
    path = tmp_path / "adpcm.wav"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("adpcm_ms", rate=RATE, layout="mono")
        for begin in range(0, 60 * RATE, RATE):
            tone = np.zeros((1, RATE), np.int16)
            tone[0, : RATE // 10] = 20_000 * (begin == 50 * RATE)
            frame = av.AudioFrame.from_ndarray(tone, "s16", "mono")
            frame.sample_rate, frame.pts = RATE, begin
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    assert look(path).clicks == pytest.approx([50.0], abs=SEEK)
    assert look(path, 45.0, 55.0).clicks == pytest.approx([5.0], abs=SEEK)


def test_a_second_file_at_another_rate_is_told(tmp_path: Path):
    parts = []
    for rate in (44_100, 48_000):
        part = tmp_path / f"{rate}.aac"
        with av.open(str(part), "w", format="adts") as out:
            stream = out.add_stream("aac", rate=rate, layout="mono")
            tone = np.zeros((1, 4 * rate), np.float32)
            frame = av.AudioFrame.from_ndarray(tone, "fltp", "mono")
            frame.sample_rate, frame.pts = rate, 0
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        parts.append(part.read_bytes())
    both = tmp_path / "both.aac"
    both.write_bytes(b"".join(parts))
    (doubt,) = probe(both).doubts
    assert re.fullmatch(
        r"the time stamps of its sound go over 8\.4\d s, and there are 8\.\d\d s", doubt
    )
