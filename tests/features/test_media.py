"""Pictures and sound come out at the time they were put in, and unusable files say why."""

from __future__ import annotations

import gc
import tracemalloc
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from features.media import Frame, MediaError, frames, probe, sound
from features.media.choosing import stream_of
from features.media.container import opened
from features.media.placing import GAP, placed_frames
from features.media.probing import stretch
from features.media.seeking import packets
from features.media.timestamps import frame_times
from tests.features.conftest import write_film

RATE = 16_000


def plain(levels, height=48, width=64):
    return [np.full((height, width, 3), level, np.uint8) for level in levels]


def flash(count, at):
    return plain([255 if i == at else 0 for i in range(count)])


def click(seconds, at, channels=1):
    samples = np.zeros((channels, round(seconds * RATE)))
    samples[:, round(at * RATE)] = 0.9
    return samples


def flashes(path):
    return [f.time for f in frames(path) if f.image is not None and f.image.mean() > 128]


def heard(path, rate=RATE):
    """Times and samples of all the sound."""
    pieces = list(sound(path, rate))
    times = [p.time + np.arange(len(p.samples)) / rate for p in pieces]
    return np.concatenate(times), np.concatenate([p.samples for p in pieces])


def loudest(path, rate=RATE):
    times, samples = heard(path, rate)
    return float(times[np.argmax(np.abs(samples))])


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov"])
@pytest.mark.parametrize("fps", [Fraction(24_000, 1001), 25, Fraction(30_000, 1001), 60], ids=str)
def test_a_flash_is_seen_when_it_was_shown(film, suffix, fps):
    times = np.arange(31) / float(fps)
    path = film(f"f.{suffix}", flash(31, 17), times, fps=fps)
    assert flashes(path) == pytest.approx([times[17]], abs=1e-3)  # Matroska counts in ms
    assert [f.time for f in frames(path)] == pytest.approx(times.tolist(), abs=1e-3)
    assert probe(path).fps == pytest.approx(float(fps), rel=1e-3)


def test_a_variable_frame_rate_keeps_each_picture_at_its_time(film):
    times = np.cumsum([0.0, 0.04, 0.2, 0.01, 0.5, 0.033, 0.04, 1.0])
    path = film("vfr.mp4", flash(8, 4), times)
    assert [f.time for f in frames(path)] == pytest.approx(times.tolist(), abs=1e-4)
    assert flashes(path) == pytest.approx([0.75], abs=1e-4)


def test_pictures_that_were_coded_out_of_order_come_in_order(film):
    rng = np.random.default_rng(1)
    noise = [rng.integers(0, 256, (48, 64, 3), np.uint8) for _ in range(23)]
    path = film("b.mp4", noise, np.arange(23) / 25, codec_options={"bf": "3"})
    assert [f.time for f in frames(path)] == pytest.approx((np.arange(23) / 25).tolist(), abs=1e-3)


@pytest.mark.parametrize("codec, suffix", [("pcm_s16le", "mkv"), ("aac", "mp4"), ("flac", "mkv")])
def test_a_click_is_heard_when_it_was_made(film, codec, suffix):
    times = np.arange(50) / 25
    path = film(f"c.{suffix}", flash(50, 20), times, click(2, 0.5), audio_codec=codec)
    assert loudest(path) == pytest.approx(0.5, abs=2 / RATE)
    assert flashes(path) == pytest.approx([0.8], abs=1e-3)


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
def test_resampling_does_not_shift_the_sound(film, rate):
    samples = np.zeros((1, 48_000))
    samples[0, 24_000:24_480] = 0.9 * np.hanning(480)  # around 0.505 s
    path = film("r.wav", samples=samples, rate=48_000)
    assert loudest(path, rate) == pytest.approx(0.505, abs=1.5 / rate)
    assert len(heard(path, rate)[0]) == pytest.approx(rate, abs=rate / 100)


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_sound_that_starts_late_is_late(film, suffix):
    codec = {"mkv": "pcm_s16le", "mp4": "aac"}[suffix]
    times = np.arange(50) / 25
    path = film(
        f"l.{suffix}", flash(50, 30), times, click(1, 0.25), sound_from=0.5, audio_codec=codec
    )
    assert loudest(path) == pytest.approx(0.75, abs=0.002)
    assert heard(path)[0][0] == pytest.approx(0.5, abs=0.002 if codec != "aac" else 0.07)
    assert flashes(path) == pytest.approx([1.2], abs=1e-3)


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_pictures_that_start_late_are_late(film, suffix):
    codec = {"mkv": "pcm_s16le", "mp4": "aac"}[suffix]
    times = 0.3 + np.arange(25) / 25
    path = film(f"v.{suffix}", flash(25, 5), times, click(2, 1.0), audio_codec=codec)
    assert flashes(path) == pytest.approx([0.5], abs=1e-3)
    assert loudest(path) == pytest.approx(1.0, abs=2 / RATE)


def test_times_count_from_the_start_of_the_media_not_of_its_clock(film):
    times = 7.0 + np.arange(25) / 25
    path = film("o.mkv", flash(25, 5), times, click(1, 0.5), sound_from=7.0)
    assert flashes(path) == pytest.approx([0.2], abs=1e-3)
    assert loudest(path) == pytest.approx(0.5, abs=0.001)


@pytest.mark.parametrize("rate", [8000, 16_000, 48_000])
def test_lost_sound_is_a_gap_and_not_a_shift(film, rate):
    path = film("g.mkv", samples=click(1, 0.9), skip=(0.5, 0.3))
    times, _ = heard(path, rate)
    assert loudest(path, rate) == pytest.approx(1.2, abs=2 / rate)
    assert np.sort(np.diff(times))[-2:] == pytest.approx([1 / rate, 0.3 + 1 / rate], abs=2 / rate)


def test_sound_that_is_said_to_come_twice_comes_once():
    def block(time):  # 0.1 s; a muxer would refuse to write these, others have written them
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 8000, round(time * 8000), Fraction(1, 8000)
        return frame

    decoded = [block(t) for t in (0.0, 0.1, 0.0, 0.1, 0.2, 0.7, 0.5, 0.8)]
    placed = [(begin, frame.time) for begin, _, frame in placed_frames(decoded, start=0.0)]
    assert placed == [(0.0, 0.0), (0.0, 0.1), (0.0, 0.2), (0.7, 0.7), (0.7, 0.8)]


def test_timestamps_that_jitter_a_little_break_nothing(film):
    path = film("j.mkv", samples=click(1, 0.9), skip=(0.5, 0.02))
    times, _ = heard(path)
    assert np.diff(times) == pytest.approx(1 / RATE)


BROKEN = [  # {what: (suffix, codec, rate, samples of one of its frames)}
    ("wav", "pcm_f32le", 16_000, 1024),
    ("wav", "pcm_f64le", 48_000, 4096),
    ("mkv", "pcm_f32le", 48_000, 1024),  # shorter than GAP
]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("suffix, codec, rate, size", BROKEN)
def test_a_sample_that_is_no_number_is_a_gap_and_not_a_shift(
    film, suffix, codec, rate, size, value
):
    samples = np.full((1, 3 * rate), 0.1)
    samples[0, round(1.5 * rate)], samples[0, round(2.2 * rate)] = value, 0.9
    path = film(f"n.{suffix}", samples=samples, rate=rate, audio_codec=codec)
    times, found = heard(path, rate)
    assert times[np.argmax(found)] == pytest.approx(
        2.2, abs=0.1 / rate if suffix == "wav" else 1e-3
    )
    assert np.isfinite(found).all() and times[[0, -1]] == pytest.approx([0, 3 - 1 / rate], abs=1e-3)
    (at,) = np.flatnonzero(np.diff(times) > 1.5 / rate)
    assert times[at] < 1.5 < times[at + 1]
    assert GAP < times[at + 1] - times[at] <= GAP + 2 * size / rate


@pytest.mark.parametrize("timed", [True, False])
def test_frames_without_numbers_move_nothing_that_follows(timed):
    def block(at, value):  # 0.02 s
        frame = av.AudioFrame.from_ndarray(np.full((2, 160), value, np.float32), "fltp", "stereo")
        frame.sample_rate, frame.time_base = 8000, Fraction(1, 8000)
        frame.pts = 160 * at if timed else None
        return frame

    values = [np.nan, 0, 0, np.nan, 0, 0, 0, 0, 0, np.inf, np.nan]
    placed = list(placed_frames([block(i, x) for i, x in enumerate(values)], start=0.0))
    assert [end for _, end, _ in placed] == pytest.approx([0.02, 0.04, 0.12, 0.14, 0.16])
    assert [begin for begin, _, _ in placed] == pytest.approx([0.02] * 2 + [0.12] * 3)


def test_a_stretch_of_sound_without_numbers_keeps_its_times(film):
    samples = np.full((1, 48_000), 0.1)
    samples[0, [24_000, 40_000]] = np.nan, 0.9  # 1.5 s, 2.5 s
    path = film("s.wav", samples=samples, audio_codec="pcm_f32le")
    pieces = list(sound(path, RATE, 1.49, 2.75))
    times = np.concatenate([p.time + np.arange(len(p.samples)) / RATE for p in pieces])
    found = np.concatenate([p.samples for p in pieces])
    assert times[np.argmax(found)] == pytest.approx(2.5 - 1.49, abs=1e-6)
    assert times[-1] == pytest.approx(2.75 - 1.49 - 1 / RATE, abs=1e-6)


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_f32le"])
def test_equal_channels_are_as_loud_as_one(film, channels, codec):
    tone = np.repeat(0.5 * np.sin(np.arange(RATE) * 0.1)[None], channels, axis=0)
    _, samples = heard(film("m.mkv", samples=tone, audio_codec=codec))
    assert np.abs(samples).max() == pytest.approx(0.5, abs=2e-3)


def test_a_video_without_sound_is_silent_and_sound_without_video_shows_nothing(film):
    mute, blind = film("m.mp4", flash(3, 1), [0, 0.04, 0.08]), film("b.wav", samples=click(1, 0.5))
    assert list(sound(mute, RATE)) == []
    assert list(frames(blind)) == []
    assert (probe(mute).rate, probe(mute).channels) == (None, None)
    assert (probe(blind).fps, probe(blind).width) == (None, None)
    assert probe(blind).duration == pytest.approx(1.0, abs=1e-3)


# ------------------------------------------------------------------ odd pictures --

FORMATS = {
    "grey": ("ffv1", "gray", "mkv"),
    "10 bits": ("ffv1", "yuv420p10le", "mkv"),
    "with alpha": ("png", "rgba", "mov"),
    "palette": ("gif", "rgb8", "gif"),
}


@pytest.mark.parametrize("codec, pix_fmt, suffix", FORMATS.values(), ids=FORMATS)
def test_every_picture_format_comes_out_as_rgb(film, codec, pix_fmt, suffix):
    base = Fraction(1, 25)
    path = film(
        f"p.{suffix}", plain([200] * 3), [0, 0.04, 0.08], codec=codec, pix_fmt=pix_fmt, base=base
    )
    for frame in frames(path):
        assert frame.image is not None
        assert (frame.image.dtype, frame.image.shape) == (np.uint8, (48, 64, 3))
        assert frame.image.mean() == pytest.approx(200, abs=16)  # a GIF has few colours


@pytest.mark.parametrize("height, width", [(1, 1), (1, 7), (241, 3)])
def test_a_picture_may_be_of_any_size(film, height, width):
    path = film("s.mkv", plain([9], height, width), [0], codec="ffv1", pix_fmt="bgr0")
    (frame,) = frames(path)
    assert frame.image is not None and frame.image.shape == (height, width, 3)
    assert (probe(path).height, probe(path).width) == (height, width)


@pytest.mark.parametrize(
    "matrix, corner",
    [
        ((0, 1, -1, 0), "top right"),
        ((-1, 0, 0, -1), "bottom right"),
        ((0, -1, 1, 0), "bottom left"),
    ],
    ids=["clockwise", "upside down", "counter-clockwise"],
)
def test_a_turned_video_comes_out_upright(film, matrix, corner):
    image = np.zeros((48, 64, 3), np.uint8)
    image[:24, :32] = 255  # top left, before it is turned
    path = film("t.mp4", [image] * 3, [0, 0.04, 0.08])
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    fixed = [*(np.array(matrix) * 65536)]
    a, b, c, d = (int(x).to_bytes(4, "big", signed=True) for x in fixed)
    data[at : at + 36] = a + b + bytes(4) + c + d + bytes(12) + (1 << 30).to_bytes(4, "big")
    path.write_bytes(data)
    shown = next(iter(frames(path))).image
    assert shown is not None
    assert shown.shape[:2] == ((64, 48) if matrix[0] == 0 else (48, 64))
    assert (probe(path).height, probe(path).width) == (48, 64)  # as stored: headers only
    top, bottom = np.array_split(shown.mean(axis=2), 2)
    quarters = {
        f"{name} {side}": part.mean()
        for name, half in (("top", top), ("bottom", bottom))
        for side, part in zip(("left", "right"), np.array_split(half, 2, axis=1), strict=True)
    }
    assert max(quarters, key=lambda k: quarters[k]) == corner


# ------------------------------------------------------------------ unusable files --


def unusable(tmp_path, film):
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("Dear diary, " * 99)
    (tmp_path / "folder.mp4").mkdir()
    cut = film("cut.mp4", flash(50, 3), np.arange(50) / 25)
    cut.write_bytes(cut.read_bytes()[:-500])  # the index is at the end
    return {
        "missing.mp4": "no such file",
        "folder.mp4": "is a folder",
        "empty.mp4": "empty file",
        "text.mp4": "not readable as media",
        "cut.mp4": "cut off before its index",
    }


@pytest.mark.parametrize("read", [probe, lambda p: list(frames(p)), lambda p: list(sound(p, 8000))])
def test_an_unusable_file_says_why(tmp_path, film, read):
    for name, reason in unusable(tmp_path, film).items():
        with pytest.raises(MediaError, match=reason):
            read(tmp_path / name)


def test_subtitles_alone_are_neither_video_nor_audio(tmp_path):
    (tmp_path / "s.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nhello\n")
    with pytest.raises(MediaError, match="holds neither video nor audio"):
        probe(tmp_path / "s.srt")


def test_video_of_which_nothing_can_be_decoded_shows_a_lost_picture_for_each(film):
    path = film("x.mp4", flash(25, 3), np.arange(25) / 25)
    data = bytearray(path.read_bytes())
    begin, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    data[begin:end] = bytes(end - begin)
    path.write_bytes(data)
    assert probe(path).duration == pytest.approx(1.0)  # its headers are as good as any
    found = list(frames(path))
    assert len(found) > 12 and all(f.image is None for f in found)


def test_a_lost_picture_keeps_its_place(film):
    rng = np.random.default_rng(2)
    noise = [rng.integers(0, 256, (48, 64, 3), np.uint8) for _ in range(20)]
    path = film("n.mov", noise, np.arange(20) / 20, codec="png", pix_fmt="rgb24", fps=20)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 60] = bytes(60)  # within one picture: each is some kilobytes
    path.write_bytes(data)
    found = list(frames(path))
    assert [f.time for f in found] == pytest.approx((np.arange(20) / 20).tolist(), abs=1e-3)
    assert sum(f.image is None for f in found) == 1


def test_a_file_cut_off_behind_its_index_gives_what_is_there(film):
    rng = np.random.default_rng(3)
    noise = [rng.integers(0, 256, (48, 64, 3), np.uint8) for _ in range(20)]
    path = film("cut.mkv", noise, np.arange(20) / 20, codec="ffv1", pix_fmt="bgr0", fps=20)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = [f for f in frames(path) if f.image is not None]
    assert 8 <= len(found) <= 11
    assert np.array_equal(np.asarray(found[0].image), noise[0])


# ------------------------------------------------------------------ stretches --

CONTAINERS = {  # {name: (suffix, codec, options, audio codec, how exact its times are)}
    "mp4": ("mp4", "libx264", {"g": "10", "bf": "3"}, "aac", 1e-9),
    "mov": ("mov", "libx264", {"g": "250"}, "pcm_s16le", 1e-9),
    "mkv": ("mkv", "libx264", {"g": "10", "bf": "3"}, "flac", 1e-3),
    "webm": ("webm", "libvpx", {"g": "12"}, "libopus", 2e-3),
    "ts": ("ts", "libx264", {"g": "20", "bf": "2"}, "aac", 1e-4),
    "avi": ("avi", "mjpeg", {}, "pcm_s16le", 1e-9),
}


@pytest.fixture(scope="module", params=CONTAINERS)
def long_film(request, tmp_path_factory):
    """10 s of noise to be seen and a sweep to be heard; how exact its container's times are."""
    suffix, codec, options, audio_codec, exact = CONTAINERS[request.param]
    rng = np.random.default_rng(4)
    noise = [rng.integers(0, 256, (16, 32, 3), np.uint8) for _ in range(250)]
    base = {"avi": Fraction(1, 25), "webm": Fraction(1, 1000)}.get(suffix, Fraction(1, 90_000))
    sweep = 0.5 * np.sin(np.cumsum(np.linspace(0.02, 0.4, 480_000)))[None]
    path = write_film(
        tmp_path_factory.mktemp("long") / f"long.{suffix}",
        noise,
        np.arange(250) / 25,
        sweep,
        rate=48_000,
        codec=codec,
        pix_fmt="yuvj420p" if codec == "mjpeg" else "yuv420p",
        base=base,
        audio_codec=audio_codec,
        codec_options=options,
    )
    return path, exact


@pytest.mark.parametrize("start, end", [(0.0, 0.3), (4.71, 5.03), (2.2, 2.21), (9.5, None)])
def test_a_stretch_shows_the_pictures_of_its_time_and_no_others(long_film, start, end):
    path, _ = long_film
    whole = [f for f in frames(path) if start <= f.time < (end or np.inf)]
    part = list(frames(path, start, end))
    assert [f.time for f in part] == pytest.approx([f.time - start for f in whole], abs=1e-9)
    for one, same in zip(part, whole, strict=True):
        np.testing.assert_array_equal(one.image, same.image)


@pytest.mark.parametrize("start, end", [(0.0, 0.3), (4.71, 5.03), (9.5, None)])
def test_a_stretch_sounds_as_its_time_and_no_other(long_film, start, end):
    path, exact = long_film
    times, samples = heard(path, 48_000)
    first, last = np.searchsorted(times, [start - 1e-6, (end or np.inf) - 1e-6])
    off = round(exact * 48_000)  # samples
    pieces = list(sound(path, 48_000, start, end))
    part = np.concatenate([p.samples for p in pieces])
    assert pieces[0].time == pytest.approx(times[first] - start, abs=max(exact, 1e-6))
    assert len(part) == pytest.approx(last - first, abs=off)
    middle = part[off + 100 : len(part) - off - 100]
    shifted = (samples[first + s + off + 100 :][: len(middle)] for s in range(-off, off + 1))
    assert min(np.abs(middle - same).max() for same in shifted) < 0.05


def test_a_stretch_of_sound_begins_and_ends_at_the_sample(film):
    path = film("r.wav", samples=np.arange(32_000)[None] / 32_768)
    (first, *rest) = sound(path, RATE, 0.50003, 1.25)  # sample 8000.48: the next is 8001
    part = np.concatenate([first.samples, *(piece.samples for piece in rest)]) * 32_768
    np.testing.assert_allclose(part, np.arange(8001, 20_000), atol=0.01)
    assert first.time == pytest.approx(8001 / RATE - 0.50003, abs=1e-9)


def test_a_stretch_of_which_nothing_is_there_is_empty(film):
    path = film("v.mkv", flash(25, 5), 0.3 + np.arange(25) / 25, click(2, 1.0), sound_from=0.0)
    assert list(frames(path, 0.0, 0.3)) == [] and len(list(frames(path, 0.0, 0.301))) == 1
    assert list(frames(path, 5.0)) == [] and list(sound(path, RATE, 5.0)) == []


def test_the_end_of_a_long_file_costs_no_more_than_its_beginning(film):
    path = film("l.mp4", flash(2000, 3), np.arange(2000) / 25, codec_options={"g": "25"})
    with opened(path) as container:
        stream = stream_of(container, "video")
        assert stream is not None
        assert len(list(packets(container, stream, 78.5, 79.0))) <= 25 + 14 + 1


def test_a_stretch_has_its_own_length_and_none_is_beyond_the_file(film):
    info = probe(film("b.wav", samples=click(2, 0.5)))
    assert stretch(info, 0.5, 1.25).duration == 0.75
    assert stretch(info, 0.5, None).duration == 1.5 and stretch(info, 1.5, 2.05).duration == 0.5
    for start, end in ((2.0, None), (2.0, 2.05), (0.5, 2.2)):
        with pytest.raises(MediaError, match=r"lasts 2 s and does not hold the stretch from"):
            stretch(info, start, end)


# ------------------------------------------------------------------ length --


def test_a_file_that_does_not_say_its_length_is_measured(film):
    path = film(
        "live.mkv",
        flash(50, 3),
        np.arange(50) / 25,
        click(2, 1),
        options={"live": "1"},
    )
    assert probe(path).duration == pytest.approx(2.0, abs=0.05)


def test_one_picture_is_a_video(film):
    path = film("one.mp4", plain([128]), [0])
    assert [f.time for f in frames(path)] == [0.0]
    assert probe(path).duration > 0


def peak(work) -> int:
    gc.collect()
    tracemalloc.start()
    work()
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size


def test_memory_does_not_grow_with_length(film):
    paths = [
        film(f"{n}.mkv", flash(n, 3), np.arange(n) / 25, np.zeros((1, n * RATE // 25)))
        for n in (50, 400)
    ]
    for read in (lambda p: sum(1 for _ in frames(p)), lambda p: sum(1 for _ in sound(p, RATE))):
        short, long = (peak(lambda p=p, r=read: r(p)) for p in paths)
        assert long < short + 100_000


def test_whoever_stops_early_closes_the_file(film):
    path = film("e.mkv", flash(50, 3), np.arange(50) / 25, click(2, 1))
    assert len(list(islice(frames(path), 3))) == 3
    assert isinstance(next(frames(path)), Frame)


def test_real_media_have_the_times_their_containers_say(real):
    vfr = [f.time for f in frames(real / "talker_vfr.mp4")]
    assert np.all(np.diff(vfr) > 0) and np.ptp(np.diff(vfr)) > 0.02
    assert vfr[0] == pytest.approx(507 / 15_360)
    late = next(iter(sound(real / "face_then_none.mov", RATE)))
    assert late.time == pytest.approx(107_164 / 44_100, abs=0.03)
    info = probe(real / "talker_cfr.mp4")
    assert (info.fps, info.width, info.rate) == (25.0, 844, 44_100)


def test_h264_in_avi_shows_every_picture_at_its_time_though_stored_in_another_order(tmp_path: Path):
    """AVI has no presentation times, and pictures coded from later ones are stored after those."""
    path, count = tmp_path / "b.avi", 40
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"bf": "2", "crf": "1"})
        assert isinstance(stream, VideoStream)
        stream.width = stream.height = 64
        for i in range(count):
            grey = np.full((64, 64, 3), 6 * i, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(grey, "rgb24")))
        out.mux(stream.encode())
    seen = list(frames(path))
    times = np.array([frame.time for frame in seen])
    assert times == pytest.approx(times[0] + np.arange(count) / 25)
    levels = [frame.image.mean() for frame in seen if frame.image is not None]
    assert levels == pytest.approx(6 * np.arange(count), abs=3)
    assert frame_times(path) == pytest.approx(times)
