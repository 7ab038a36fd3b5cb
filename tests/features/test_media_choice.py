"""Of several streams, the one is seen and heard that a player would choose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import pytest

from features.media import frames, probe
from tests.features.planted_bytes import rename_codec
from tests.features.planted_files import AAC, FLAC, H264, MP3
from tests.features.planted_media import COVER, jpeg, write
from tests.features.planted_streams import Pictures, Tones
from tests.features.test_media_clocks import STEP, look

FLASHES, CLICKS = [1.0, 3.0], [1.5, 3.4]
SILENT = Tones(clicks=(), default=False)
DARK = Pictures(flashes=(), size=32, default=False)
NO_DEFAULT = {"default_mode": "passthrough"}  # Matroska's muxer would choose one


def seen_and_heard(path: Path) -> tuple[list[float], list[float]]:
    found = look(path)
    return found.flashes, found.clicks


def near(times: list[float]) -> object:
    return pytest.approx(times, abs=STEP / 2)


@pytest.fixture
def film(tmp_path):
    """Write a film of some streams -> its path."""

    def made(suffix, *streams, **how):
        path = tmp_path / f"film.{suffix}"
        write(path, *streams, **how)
        return path

    return made


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_the_default_sound_is_heard_and_not_the_first(film, suffix):
    path = film(suffix, H264, SILENT, AAC)
    assert seen_and_heard(path) == (near(FLASHES), near(CLICKS))
    info = probe(path)
    assert (info.audio_stream, info.audio_streams) == (1, 2)
    assert (info.video_stream, info.video_streams) == (0, 1)


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_the_default_picture_is_seen_and_not_the_first(film, suffix):
    path = film(suffix, DARK, H264, AAC)
    assert seen_and_heard(path) == (near(FLASHES), near(CLICKS))
    info = probe(path)
    assert (info.video_stream, info.video_streams, info.width) == (1, 2, 64)


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_a_large_picture_that_is_not_the_default_is_not_seen(film, suffix):
    path = film(suffix, Pictures(flashes=(), size=96, default=False), H264, AAC)
    assert look(path).flashes == near(FLASHES)
    assert (probe(path).video_stream, probe(path).width) == (1, 64)


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "mov"])
def test_of_two_default_sounds_the_one_of_more_channels_is_heard(film, suffix):
    path = film(suffix, H264, replace(SILENT, default=True), replace(AAC, layout="stereo"))
    assert look(path).clicks == near(CLICKS)
    assert (probe(path).audio_stream, probe(path).channels) == (1, 2)


@pytest.mark.parametrize("suffix", ["mkv", "ts"])  # of mp4, a muxer makes one the default
def test_without_a_default_the_largest_picture_and_the_most_channels_win(film, suffix):
    how = NO_DEFAULT if suffix == "mkv" else {}
    stereo = replace(AAC, layout="stereo", default=False)
    path = film(suffix, DARK, replace(H264, default=False), SILENT, stereo, **how)
    assert seen_and_heard(path) == (near(FLASHES), near(CLICKS))
    info = probe(path)
    assert (info.video_stream, info.audio_stream) == (1, 1)


def test_of_equal_streams_the_first_wins(film):
    path = film("mkv", H264, replace(H264, flashes=()), AAC, replace(AAC, clicks=()))
    assert seen_and_heard(path) == (near(FLASHES), near(CLICKS))
    info = probe(path)
    assert (info.video_stream, info.audio_stream) == (0, 0)
    assert (info.video_streams, info.audio_streams) == (2, 2)


COVERED = [("mp4", (H264, AAC)), ("mp4", (AAC,)), ("mp3", (MP3,)), ("flac", (FLAC,))]


@pytest.mark.parametrize("suffix, streams", COVERED, ids=["mp4", "m4a", "mp3", "flac"])
def test_a_cover_is_not_a_picture_of_the_clip(film, tmp_path, suffix, streams):
    path = film(suffix, *streams, cover=jpeg(tmp_path / "cover.jpg"))
    filmed = H264 in streams
    assert seen_and_heard(path) == (near(FLASHES if filmed else []), near(CLICKS))
    info = probe(path)
    assert (info.width, info.video_streams) == ((64, 1) if filmed else (None, 0))
    assert info.duration == pytest.approx(4.0, abs=0.1)


@pytest.mark.parametrize("streams", [(H264, AAC), (AAC,)], ids=["mkv", "mka"])
def test_a_cover_that_is_attached_to_matroska_is_not_a_picture_of_the_clip(tmp_path, streams):
    path, cover = tmp_path / "film.mkv", jpeg(tmp_path / "cover.jpg")
    with av.open(str(path), "w") as out:
        packets = [p for stream in streams for p in stream.packets(out, 0.0)]
        out.add_attachment("cover.jpg", "image/jpeg", cover)
        for packet in sorted(packets, key=lambda p: p.dts * p.time_base):
            out.mux(packet)
    assert seen_and_heard(path) == (near(FLASHES if H264 in streams else []), near(CLICKS))
    assert probe(path).width == (64 if H264 in streams else None)


def test_a_larger_cover_that_begins_first_moves_no_time(film, tmp_path):
    path = film(
        "mp4", replace(H264, start=0.5), replace(AAC, start=0.5), cover=jpeg(tmp_path / "c")
    )
    assert COVER > H264.size
    found = look(path)
    assert found.clicks[0] - found.flashes[0] == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("number", [0, 1], ids=["first", "second"])
def test_sound_that_nothing_decodes_leaves_the_other(film, number):
    streams = [replace(SILENT, default=True), AAC] if number == 0 else [AAC, SILENT]
    path = film("mp4", H264, *streams)
    rename_codec(path, b"mp4a", b"apac", number)
    assert seen_and_heard(path) == (near(FLASHES), near(CLICKS))
    info = probe(path)
    assert (info.audio_stream, info.audio_streams) == (1 - number, 2)
    assert info.duration == pytest.approx(4.0, abs=0.1)


def test_pictures_that_nothing_decodes_leave_the_others(film):
    path = film("mp4", replace(DARK, default=True, size=96), H264, AAC)
    rename_codec(path, b"avc1", b"xyz1")
    assert seen_and_heard(path) == (near(FLASHES), near(CLICKS))
    assert (probe(path).video_stream, probe(path).width) == (1, 64)


def test_a_file_of_which_nothing_decodes_the_sound_still_has_pictures(film):
    path = film("mp4", H264, AAC)
    rename_codec(path, b"mp4a", b"apac")
    assert seen_and_heard(path) == (near(FLASHES), [])
    info = probe(path)
    assert (info.rate, info.channels, info.audio_stream) == (None, None, None)
    assert (info.width, info.duration) == (64, pytest.approx(4.0, abs=0.1))


def test_a_file_of_which_nothing_decodes_the_pictures_still_has_sound(film):
    path = film("mp4", H264, AAC)
    rename_codec(path, b"avc1", b"xyz1")
    assert seen_and_heard(path) == ([], near(CLICKS)) and list(frames(path)) == []
    assert (probe(path).width, probe(path).video_stream) == (None, None)


def test_a_stream_that_is_not_chosen_does_not_stretch_the_clip(film):
    path = film("mkv", H264, AAC, Tones(clicks=(), seconds=6.0, default=False))
    assert probe(path).duration == pytest.approx(4.0, abs=0.1)
