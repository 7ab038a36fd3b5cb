"""The suffixes that are taken for media and for transcripts: each is of something that is read."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from features.corpora.reading.suffixes import MEDIA, OTHERS, PLAIN, TIMELESS, TRANSCRIPTS, VIDEO
from features.media.probing import probe
from features.media.timestamps import frame_times
from features.transcripts.sidecar import READERS

COUNT, FPS, HOP = 12, 25, 1152
X264, MPEG2, WINDOWS = ("libx264", "aac"), ("mpeg2video", "mp2"), ("wmv2", "wmav2")
# {format: (its suffixes, video, audio, samples a second)}
MADE: dict[str, tuple[str, str | None, str | None, int]] = {
    "mp4": (".mp4 .m4v", *X264, 44_100),
    "mov": (".mov .qt", *X264, 44_100),
    "matroska": (".mkv .mk3d", *X264, 44_100),
    "webm": (".webm", "libvpx", "libopus", 48_000),
    "avi": (".avi .divx", "mpeg4", "mp3", 44_100),
    "asf": (".wmv .asf", *WINDOWS, 44_100),
    "mpeg": (".mpg .mpeg .mpe .mod", *MPEG2, 44_100),
    "mpeg1video": (".m1v", "mpeg1video", None, 0),
    "mpeg2video": (".m2v .mpv", "mpeg2video", None, 0),
    "vob": (".vob", "mpeg2video", "ac3", 48_000),
    "mpegts": (".ts .mts .m2t .m2ts .trp .tod", *X264, 48_000),
    "flv": (".flv", "flv", "mp3", 44_100),
    "f4v": (".f4v", *X264, 44_100),
    "3gp": (".3gp .3gpp", *X264, 44_100),
    "3g2": (".3g2", *X264, 44_100),
    "ogv": (".ogv .ogm", "libvpx", "libopus", 48_000),
    "mxf": (".mxf", "mpeg2video", "pcm_s16le", 48_000),
    "dv": (".dv", "dvvideo", "pcm_s16le", 48_000),
    "nut": (".nut", *X264, 44_100),
    "wtv": (".wtv", *MPEG2, 44_100),
    "rm": (".rm .rmvb", "rv10", "ac3", 44_100),
    "wav": (".wav .wave .bwf .rf64", None, "pcm_s16le", 44_100),
    "w64": (".w64", None, "pcm_s16le", 44_100),
    "flac": (".flac", None, "flac", 44_100),
    "wv": (".wv", None, "wavpack", 44_100),
    "tta": (".tta", None, "tta", 44_100),
    "mp3": (".mp3 .mpga", None, "mp3", 44_100),
    "mp2": (".mp2 .mpa", None, "mp2", 44_100),
    "ipod": (".m4a .m4b .3ga", None, "aac", 44_100),
    "adts": (".aac .adts", None, "aac", 44_100),
    "asf audio": (".wma", None, "wmav2", 44_100),
    "ogg": (".ogg .opus .spx", None, "libopus", 48_000),
    "oga": (".oga", None, "flac", 44_100),
    "matroska audio": (".mka", None, "aac", 44_100),
    "webm audio": (".weba", None, "libopus", 48_000),
    "ac3": (".ac3", None, "ac3", 48_000),
    "eac3": (".eac3", None, "eac3", 48_000),
    "aiff": (".aif .aiff", None, "pcm_s16be", 44_100),
    "aiff compressed": (".aifc", None, "pcm_mulaw", 44_100),
    "caf": (".caf", None, "pcm_s16le", 44_100),
    "au": (".au .snd", None, "pcm_mulaw", 8000),
    "voc": (".voc", None, "pcm_u8", 8000),
    "amr": (".amr", None, "libopencore_amrnb", 8000),
    "rm audio": (".ra", None, "ac3", 44_100),
}
SPHERE = (
    "NIST_1A\n   1024\nchannel_count -i 1\nsample_rate -i 16000\nsample_n_bytes -i 2\n"
    "sample_byte_format -s2 01\nsample_count -i 8000\nsample_coding -s3 pcm\nend_head\n"
)
SPELLED = {  # what nothing here can encode: half a second of nothing
    ".sph": (SPHERE.encode().ljust(1024) + bytes(16_000), 16_000),
    ".awb": (b"#!AMR-WB\n" + (b"\x04" + bytes(17)) * 25, 16_000),
    ".gsm": ((b"\xd0" + bytes(32)) * 25, 8000),
}
UNTRIED = {".ape", ".dss", ".dts"}  # FFmpeg reads them and writes none
TRIED = [(s, kind) for kind, (suffixes, *_) in MADE.items() for s in suffixes.split()]


def write(file: Path, kind: str) -> None:
    """COUNT pictures and as much sound, in the format `kind`."""
    _, video, audio, rate = MADE[kind]
    size = (720, 576) if kind in ("dv", "mxf") else (176, 144)
    options = {"rf64": "always"} if file.suffix == ".rf64" else {}
    with av.open(str(file), "w", format=kind.split()[0], options=options) as out:
        film = video and out.add_stream(video, rate=FPS)
        if isinstance(film, VideoStream):
            film.width, film.height, film.pix_fmt = *size, "yuv420p"
        sound = audio and out.add_stream(audio, rate=rate)
        if isinstance(sound, AudioStream):
            sound.layout = "mono" if audio in ("libopencore_amrnb", "pcm_mulaw") else "stereo"
            sound.bit_rate = 12_200 if audio == "libopencore_amrnb" else 128_000
        if isinstance(film, VideoStream):
            for n in range(COUNT):
                grey = np.full((size[1], size[0], 3), 9 * n, np.uint8)
                picture = av.VideoFrame.from_ndarray(grey).reformat(format="yuv420p")
                picture.pts = n
                out.mux(film.encode(picture))
        if isinstance(sound, AudioStream):
            samples = np.zeros((1, COUNT * rate // FPS), np.int16)
            samples[:, ::9] = 9000
            context = sound.codec_context
            fit = av.AudioResampler(context.format.name, context.layout, rate, context.frame_size)
            frame = av.AudioFrame.from_ndarray(samples, "s16", "mono")
            frame.sample_rate, frame.pts = rate, 0
            for part in [*fit.resample(frame), *fit.resample(None)]:
                out.mux(sound.encode(part))
            out.mux(sound.encode(None))
        if isinstance(film, VideoStream):
            out.mux(film.encode(None))


@pytest.mark.parametrize(("suffix", "kind"), TRIED)
def test_a_file_of_each_kind_of_media_is_read(tmp_path, suffix, kind):
    write(tmp_path / f"a{suffix}", kind)
    _, video, audio, rate = MADE[kind]
    info = probe(tmp_path / f"a{suffix}")
    assert (info.width is not None, info.rate) == (video is not None, rate if audio else None)
    if video:
        times = frame_times(tmp_path / f"a{suffix}")
        assert len(times) == COUNT and (np.diff(times) > 0).all()
    assert (suffix in VIDEO) == (video is not None)


@pytest.mark.parametrize("suffix", SPELLED)
def test_a_file_that_is_spelled_out_is_read(tmp_path, suffix):
    content, rate = SPELLED[suffix]
    (tmp_path / f"a{suffix}").write_bytes(content)
    info = probe(tmp_path / f"a{suffix}")
    assert (info.rate, info.width) == (rate, None)
    assert info.duration == pytest.approx(0.5)


def test_every_suffix_of_media_is_tried_or_said_not_to_be():
    assert {suffix for suffix, _ in TRIED} | SPELLED.keys() | UNTRIED == MEDIA
    assert len(TRIED) + len(SPELLED) + len(UNTRIED) == len(MEDIA)


def test_transcripts_are_what_there_is_a_reader_for():
    assert set(TRANSCRIPTS) == set(READERS)


def test_no_suffix_means_two_things():
    kinds = [MEDIA, set(TRANSCRIPTS), set(PLAIN), TIMELESS, OTHERS]
    assert len(frozenset().union(*kinds)) == sum(map(len, kinds))
    assert all(s == s.lower() and s.startswith(".") for kind in kinds for s in kind)
