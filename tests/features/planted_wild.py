"""Planted files in which single time stamps are wild: {which: how the file is made}."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.features.planted_bytes import (
    AUDIO_PES,
    VIDEO_PES,
    VIDEO_TAG,
    stamp_pes,
    stamp_sample,
    stamp_tag,
)
from tests.features.planted_files import AAC, AAC_CD, H264, MP2, PCM, REORDERED
from tests.features.planted_matroska import stamp_block
from tests.features.planted_truth import Maker, made

VIDEO, AUDIO = 1, 2  # tracks of Matroska
ONE_LOST: dict[str, Any] = {"mended": True, "lost": 1}
LEFT_OUT: dict[str, Any] = {"mended": None, "lost": 1}  # by FFmpeg: outside of the edit list


def errs(
    shifts: Mapping[tuple[int, int], float],
    *streams: Any,
    clock: float = 0.0,
    **truth: Any,
) -> Maker:
    """Matroska whose stamps of some blocks, {(track, number): s}, are off by so much."""

    def edit(path: Path) -> None:
        for (track, index), shift in shifts.items():
            stamp_block(path, track, index, shift)

    pictures = sum(track == VIDEO for track, _ in shifts)
    known = {"mended": True, "lost": pictures, **truth}
    return made("mkv", *(streams or (H264, PCM)), clock=clock, edit=edit, truth=known)


WILD: dict[str, Maker] = {
    "first picture 30 s on": errs({(VIDEO, 0): 30}),
    "a picture 30 s on": errs({(VIDEO, 50): 30}),
    "a picture 30 s back": errs({(VIDEO, 50): -30}, clock=100.0),
    "a picture before time 0": errs({(VIDEO, 50): -30}),
    "a picture of the flash 30 s on": errs({(VIDEO, 75): 30}),
    "last picture 30 s on": errs({(VIDEO, -1): 30}),
    "first picture 30 s back": errs({(VIDEO, 0): -30}, clock=100.0),
    "last picture 30 s back": errs({(VIDEO, -1): -30}, clock=100.0),
    "a picture half a second on": errs({(VIDEO, 50): 0.52}),
    "a picture half a second back": errs({(VIDEO, 50): -0.52}),
    "a picture among B pictures 30 s on": errs({(VIDEO, 50): 30}, REORDERED, PCM),
    "a picture among B pictures 30 s back": errs({(VIDEO, 52): -30}, REORDERED, PCM, clock=100.0),
    "a picture among B pictures 0.3 s on": errs({(VIDEO, 50): 0.3}, REORDERED, PCM, mended=None),
    "two pictures 30 s on": errs({(VIDEO, 20): 30, (VIDEO, 60): 30}),
    "two pictures in a row 30 s on": errs({(VIDEO, 50): 30, (VIDEO, 51): 30}),
    "five pictures in a row 20 s on": errs({(VIDEO, 50 + i): 20 for i in range(5)}, lost=0),
    "six pictures in a row 20 s back": errs(
        {(VIDEO, 50 + i): -20 for i in range(6)}, clock=100.0, lost=0
    ),
    "first three pictures 20 s on": errs({(VIDEO, i): 20 for i in range(3)}, lost=0),
    "one picture on, one back": errs({(VIDEO, 20): 20, (VIDEO, 60): -20}, clock=100.0),
    "first sound 30 s on": errs({(AUDIO, 0): 30}),
    "some sound 30 s on": errs({(AUDIO, 100): 30}),
    "some sound 30 s back": errs({(AUDIO, 100): -30}, clock=100.0),
    "last sound 30 s on": errs({(AUDIO, -1): 30}),
    "some AAC 30 s on": errs({(AUDIO, 90): 30}, H264, AAC),
    "some sound alone 30 s on": errs({(1, 100): 30}, PCM, lost=0),
    "a picture and some sound 30 s on": errs({(VIDEO, 50): 30, (AUDIO, 120): 30}),
    "ts: a picture 300 s on": made(
        "ts", H264, AAC, clock=1.4, edit=lambda p: stamp_pes(p, VIDEO_PES, 50, 300), truth=ONE_LOST
    ),
    "ts: a picture 300 s back": made(
        "ts", H264, AAC, clock=900, edit=lambda p: stamp_pes(p, VIDEO_PES, 50, -300), truth=ONE_LOST
    ),
    "ts: some sound 300 s on": made(
        "ts",
        H264,
        MP2,
        clock=1.4,
        edit=lambda p: stamp_pes(p, AUDIO_PES, 4, 300),
        truth={"mended": True},
    ),
    "flv: a picture 300 s on": made(
        "flv", H264, AAC_CD, edit=lambda p: stamp_tag(p, VIDEO_TAG, 50, 300), truth=ONE_LOST
    ),
    "mp4: a picture 30 s on": made(
        "mp4", REORDERED, AAC, edit=lambda p: stamp_sample(p, 40, 30), truth=LEFT_OUT
    ),
}
