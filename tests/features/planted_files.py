"""Planted files whose clocks go straight: {what is special about one: how it is made}."""

from __future__ import annotations

from dataclasses import replace

from tests.features.planted_bytes import size_wav
from tests.features.planted_streams import Pictures, Tones
from tests.features.planted_truth import Maker, Truth, cut, joined, made

WRAP = 2**33 / 90_000  # s, after which the clock of a transport stream begins again

H264, REORDERED = Pictures(), Pictures(options={"g": "25", "bf": "2"})
MPEG2 = Pictures(codec="mpeg2video", options={"g": "12", "bf": "2"})
VP8 = Pictures(codec="libvpx", options={"deadline": "realtime", "cpu-used": "8"})
AAC, AAC_CD = Tones(), Tones(rate=44_100)
PCM, MP2, OPUS = Tones(codec="pcm_s16le"), Tones(codec="mp2"), Tones(codec="libopus")
MP3 = Tones(codec="libmp3lame", rate=44_100)
FLAC = Tones(codec="flac")
VORBIS = Tones(codec="vorbis", layout="stereo", options={"strict": "-2"})
LATE: Truth = {"seconds": 4.6}
PICTURES_LATE, SOUND_LATE = {"flashes": (1.6, 3.6), **LATE}, {"clicks": (2.1, 4.0), **LATE}

ORDINARY: dict[str, Maker] = {
    "mp4": made("mp4", H264, AAC),
    "mp4 with B pictures": made("mp4", REORDERED, AAC),
    "mkv": made("mkv", H264, PCM),
    "mkv with B pictures": made("mkv", REORDERED, AAC),
    "avi": made("avi", Pictures(codec="mpeg4", options={}), MP3),
    "flv": made("flv", H264, AAC_CD),
    "webm": made("webm", VP8, OPUS),
    "ts": made("ts", H264, AAC, clock=1.4),
    "mpg": made("mpg", MPEG2, MP2),
    "flac": made("flac", FLAC),
    "aiff": made("aiff", Tones(codec="pcm_s16be")),
    "ac3": made("ac3", Tones(codec="ac3")),
    "mp2": made("mp2", MP2),
    "amr": made("amr", Tones(codec="libopencore_amrnb", rate=8000, options={"b": "12200"})),
    "opus": made("opus", OPUS, kind="ogg"),
    "vorbis": made("ogg", VORBIS),
}

LENGTHS: dict[str, Maker] = {
    "adts": made("aac", AAC_CD),
    "adts, a tone and long silence": made(
        "aac",
        Tones((0.2,), 20.0, rate=44_100),
        truth={"clicks": (0.2,), "seconds": 20.0, "sound": 20.0},
    ),
    "mp3 at two bit rates": joined(
        "mp3",
        made(
            "mp3",
            replace(MP3, clicks=(0.5,), seconds=1.0, options={"b": "320000"}),
            truth={"clicks": (0.5,), "sound": 1.0},
            write_xing="0",
        ),
        made("mp3", replace(MP3, options={"b": "32000"}), write_xing="0"),
    ),
    "mp3 at a variable bit rate": made(
        "mp3", replace(MP3, options={"flags": "+qscale", "global_quality": "236"}), write_xing="0"
    ),
    "mkv, clock from 100 s": made("mkv", H264, PCM, clock=100.0),
    "mkv, clock from 1 h": made("mkv", REORDERED, AAC, clock=3600.0),
    "mka, clock from 100 s": made("mka", AAC, clock=100.0),
    "webm, live": made("webm", VP8, OPUS, live="1"),
    "webm, live, clock from 100 s": made("webm", VP8, OPUS, clock=100.0, live="1"),
    "ts, clock from 95000 s": made("ts", H264, AAC, clock=95_000.0),
    "ts, clock over 33 bits": made("ts", H264, AAC, clock=WRAP - 2, truth={"mended": None}),
    "mp4, pictures late": made("mp4", replace(H264, start=0.6), AAC, truth=PICTURES_LATE),
    "mp4, sound late": made("mp4", H264, replace(AAC, start=0.6), truth=SOUND_LATE),
    "mkv, pictures late": made("mkv", replace(H264, start=0.6), PCM, truth=PICTURES_LATE),
    "ts, sound late": made("ts", H264, replace(AAC, start=0.6), truth=SOUND_LATE),
    "mp4 in fragments": made("mp4", H264, AAC, movflags="frag_keyframe+empty_moov"),
    "mp4 in fragments with B pictures": made(
        "mp4", REORDERED, AAC, movflags="frag_keyframe+delay_moov"
    ),
    "flv, live": made("flv", H264, AAC_CD, flvflags="no_duration_filesize"),
    "flv, live, clock from 5000 s": made(
        "flv", H264, AAC_CD, clock=5000.0, flvflags="no_duration_filesize"
    ),
    "wav, size 0": made("wav", PCM, edit=lambda p: size_wav(p, 0)),
    "wav, size unknown": made("wav", PCM, edit=lambda p: size_wav(p, 0xFFFFFFFF)),
    "wav, cut off": cut(0.625, made("wav", PCM)),
    "mkv, cut off": cut(0.6, made("mkv", H264, PCM)),
    "ts, cut off": cut(0.6, made("ts", H264, AAC)),
    "mp4, cut off": cut(0.75, made("mp4", H264, AAC, movflags="faststart")),
    "flv, cut off": cut(0.6, made("flv", H264, AAC_CD)),
}
