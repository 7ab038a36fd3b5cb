"""Planted files whose clocks jump, pause or run at the wrong rate: {what: how it is made}."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.features.planted_bytes import scale_durations
from tests.features.planted_files import (
    AAC,
    AAC_CD,
    FLAC,
    H264,
    MP2,
    MP3,
    MPEG2,
    OPUS,
    PCM,
    REORDERED,
    VORBIS,
)
from tests.features.planted_matroska import stamp_clusters
from tests.features.planted_streams import Pictures
from tests.features.planted_truth import Maker, joined, made

PAUSE, HOLD = 3.0, 8.0  # s: nothing comes, a picture stays


def again(suffix: str, *streams: Any, clocks: tuple[float, ...], **truth: Any) -> Maker:
    """Copies of a file behind each other, whose clocks begin at so many s."""
    parts = [made(suffix, *streams, clock=clock) for clock in clocks]
    return joined(suffix, *parts, **{"mended": True, **truth})


def ogg(serial: int, *streams: Any) -> Maker:
    return made("ogg", *streams, serial_offset=str(serial))


FIRST, SECOND = 0x100, 0x101  # numbers that streams of a transport stream have, if none are chosen
SWAPPED = made("ts", replace(AAC, number=SECOND), replace(H264, number=FIRST), clock=1.4)

# the header of an MP3 tells how much of its sound is padding, and only the first one is asked
PADDED: dict[str, Any] = {"clicks": (1.5, 3.4, 5.55, 7.45), "seconds": 8.1, "sound": 8.1}

JUMPS: dict[str, Maker] = {
    "ts, again": again("ts", H264, AAC, clocks=(1.4, 1.4)),
    "ts with B pictures, again": again("ts", REORDERED, MP2, clocks=(1.4, 1.4)),
    "ts of MPEG-2, again": again("ts", MPEG2, MP2, clocks=(1.4, 1.4)),
    "ts of sound, again": again("ts", AAC, clocks=(1.4, 1.4)),
    "ts of pictures, again": again("ts", H264, clocks=(1.4, 1.4)),
    "ts, three times": again("ts", H264, AAC, clocks=(1.4, 1.4, 1.4)),
    "ts, 30 s back": again("ts", H264, AAC, clocks=(31.4, 1.4)),
    "ts with B pictures, 64 s back": again("ts", REORDERED, MP2, clocks=(65.0, 1.0)),
    "ts, 1000 s back": again("ts", H264, AAC, clocks=(1001.4, 1.4)),
    "ts, 1000 s on": again("ts", H264, AAC, clocks=(1.4, 1001.4)),
    "ts, back and on": again("ts", H264, AAC, clocks=(500.0, 1.4, 90_000.0)),
    "ts, streams exchanged": joined("ts", made("ts", H264, AAC, clock=1.4), SWAPPED, mended=True),
    "mpg, again": again("mpg", MPEG2, MP2, clocks=(0.0, 0.0)),
    "mpg, 1000 s on": again("mpg", MPEG2, MP2, clocks=(0.0, 1000.0)),
    "mpg, 2 s back": again("mpg", MPEG2, MP2, clocks=(0.0, 2.0), lost=1),
    "vob, three times": again("vob", MPEG2, MP2, clocks=(0.0, 0.0, 0.0)),
    "opus, chained": joined("ogg", ogg(1, OPUS), ogg(2, OPUS), mended=None),
    "opus, chained under one serial": joined("ogg", ogg(1, OPUS), ogg(1, OPUS), mended=None),
    "flac, chained": joined("ogg", ogg(1, FLAC), ogg(2, FLAC), mended=None),
    "vorbis, chained": joined("ogg", ogg(1, VORBIS), ogg(2, VORBIS), mended=None),
    "adts, again": again("aac", AAC_CD, clocks=(0.0, 0.0), mended=None),
    "mp3, again": joined("mp3", made("mp3", MP3), made("mp3", MP3), **PADDED, mended=None),
    "mkv, 50 s back inside": made(
        "mkv",
        H264,
        PCM,
        clock=100.0,
        cluster_time_limit="1000",
        edit=lambda p: stamp_clusters(p, 2, -50.0),
        truth={"mended": True},
    ),
}


def pause(time: float) -> float:
    return time + PAUSE * (time >= 2 - 1e-6)


def paused(suffix: str, *streams: Any, **truth: Any) -> Maker:
    """A file in which nothing comes for PAUSE s in the middle, as where somebody paused."""
    kept = [replace(stream, at=pause) for stream in streams]
    times = {"clicks": (1.5, 3.4 + PAUSE), "seconds": 4.0 + PAUSE, "doubtful": None}
    if isinstance(streams[0], Pictures):
        times["flashes"] = (1.0, 3.0 + PAUSE)
    return made(suffix, *kept, truth={**times, **truth})


def hold(time: float) -> float:
    return time + HOLD * (time >= 2 - 1e-6)


HELD = replace(H264, at=hold)
LONG = {"clicks": (1.5, 11.4), "seconds": 4.0 + HOLD}
HEARD = {**LONG, "flashes": (1.0, 3.0 + HOLD), "sound": 4.0 + HOLD}
GAPS: dict[str, Maker] = {
    "mkv, paused": paused("mkv", H264, PCM),
    "mp4, paused": paused("mp4", H264, AAC),
    "mp4 with B pictures, paused": paused("mp4", REORDERED, AAC),
    "flv, paused": paused("flv", H264, AAC_CD),
    "mka, paused": paused("mka", PCM),
    "mkv, a picture held": made("mkv", HELD, replace(PCM, **LONG), truth=HEARD),
    "mp4, a picture held": made("mp4", HELD, replace(AAC, **LONG), truth=HEARD),
    "mp4, sound missing": made(
        "mp4",
        replace(H264, seconds=4.0 + PAUSE),
        replace(AAC, at=pause),
        truth={
            "clicks": (1.5, 3.4 + PAUSE),
            "seconds": 4.0 + PAUSE,
            "pictures": 175,
            "doubtful": None,
        },
    ),
}

# FFmpeg cannot follow, or only some of it: what is left out must at least be told
PARTLY: dict[str, Maker] = {
    "opus in stereo behind mono": joined(
        "ogg", ogg(1, OPUS), ogg(2, replace(OPUS, layout="stereo"))
    ),
    "vorbis behind opus": joined("ogg", ogg(1, OPUS), ogg(2, VORBIS)),
    "ts, other numbers of streams": joined(
        "ts",
        made("ts", H264, AAC, clock=1.4),
        made("ts", replace(H264, number=0x200), replace(AAC, number=0x201), clock=1.4),
    ),
    "ts, numbers of streams exchanged": joined(
        "ts", made("ts", H264, AAC, clock=1.4), made("ts", AAC, H264, clock=1.4)
    ),
}

FAST: dict[str, Maker] = {
    "mp4, sound said to be short": made(
        "mp4", H264, AAC, edit=lambda p: scale_durations(p, b"soun", 0.9), truth={"doubtful": True}
    ),
    "mkv, sound said to be short": made(
        "mkv", H264, replace(PCM, at=lambda t: 0.9 * t), truth={"doubtful": True}
    ),
    "mkv, all said to be short": made(
        "mkv",
        replace(H264, at=lambda t: 0.9 * t),
        replace(PCM, at=lambda t: 0.9 * t),
        truth={"doubtful": True},
    ),
    "mkv, all said to be long": made(
        "mkv",
        replace(H264, at=lambda t: 1.1 * t),
        replace(AAC, at=lambda t: 1.1 * t),
        truth={"doubtful": True},
    ),
    "mka, sound said to be long": made(
        "mka", replace(AAC, at=lambda t: 1.1 * t), truth={"doubtful": True}
    ),
}
