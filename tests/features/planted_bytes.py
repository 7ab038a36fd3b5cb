"""Edits of the bytes of media files, for what no muxer would write and others have written."""

from __future__ import annotations

from pathlib import Path

TS_PACKET = 188  # bytes
CLOCK = 90_000  # ticks a second of MPEG's stamps
VIDEO_PES, AUDIO_PES = 0xE0, 0xC0  # the first stream of each kind
VIDEO_TAG, AUDIO_TAG = 9, 8  # of FLV


def stamp_pes(path: Path, stream: int, index: int, shift: float) -> None:
    """Put the stamps of packet `index` of a stream of a transport stream `shift` s off."""
    data = bytearray(path.read_bytes())
    mark = bytes([0, 0, 1, stream])
    found = (data.find(mark, at, at + TS_PACKET) for at in range(0, len(data), TS_PACKET))
    at = [place for place in found if place >= 0][index]
    for place in range(at + 9, at + 9 + data[at + 8] // 5 * 5, 5):
        five = data[place : place + 5]
        ticks = (five[0] >> 1 & 7) << 30 | five[1] << 22 | five[2] >> 1 << 15
        ticks = (ticks | five[3] << 7 | five[4] >> 1) + round(shift * CLOCK)
        data[place : place + 5] = bytes(
            [
                five[0] & 0xF1 | ticks >> 29 & 0x0E,
                ticks >> 22 & 0xFF,
                ticks >> 14 & 0xFE | 1,
                ticks >> 7 & 0xFF,
                ticks << 1 & 0xFE | 1,
            ]
        )
    path.write_bytes(data)


def stamp_tag(path: Path, kind: int, index: int, shift: float) -> None:
    """Put the stamp of tag `index` of a kind of an FLV file `shift` s off."""
    data = bytearray(path.read_bytes())
    at, places = 13, []
    while at < len(data):
        if data[at] == kind:
            places.append(at + 4)
        at += 15 + int.from_bytes(data[at + 1 : at + 4], "big")
    at = places[index]
    ticks = int.from_bytes(data[at : at + 3], "big") + round(shift * 1000)
    data[at : at + 3] = ticks.to_bytes(3, "big")
    path.write_bytes(data)


def stamp_sample(path: Path, index: int, shift: float, timescale: int = 90_000) -> None:
    """Put the composition offset of entry `index` in an MP4's first ctts box `shift` s off."""
    data = bytearray(path.read_bytes())
    at = data.index(b"ctts") + 12 + 8 * index + 4
    ticks = int.from_bytes(data[at : at + 4], "big") + round(shift * timescale)
    data[at : at + 4] = ticks.to_bytes(4, "big", signed=ticks < 0)
    path.write_bytes(data)


def scale_durations(path: Path, kind: bytes, factor: float) -> None:
    """Multiply how long each sample of an MP4's track `kind` ("soun", "vide") is said to last."""
    data = bytearray(path.read_bytes())
    at = data.index(b"stts", data.index(kind)) + 8
    for place in range(at + 8, at + 8 + 8 * int.from_bytes(data[at : at + 4], "big"), 8):
        ticks = round(int.from_bytes(data[place : place + 4], "big") * factor)
        data[place : place + 4] = ticks.to_bytes(4, "big")
    path.write_bytes(data)


def size_wav(path: Path, size: int) -> None:
    """Let both sizes of a WAV file say `size`, as those do that went through a pipe."""
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[4:8] = data[at : at + 4] = size.to_bytes(4, "little")
    path.write_bytes(data)


def rename_codec(path: Path, old: bytes, new: bytes, index: int = 0) -> None:
    """Call the codec of the track of that number (of those with it) what nothing can decode."""
    data = bytearray(path.read_bytes())
    at = -1
    for _ in range(index + 1):
        at = data.index(old, data.index(b"stsd", at + 1))
    data[at : at + 4] = new
    esds = data.find(b"esds", at)
    if old == b"mp4a" and esds >= 0:
        data[esds : esds + 4] = b"free"  # it would tell the codec, too
    path.write_bytes(data)


def shorten(path: Path, share: float) -> None:
    """Keep only the first part of a file, as a copy does that was broken off."""
    data = path.read_bytes()
    path.write_bytes(data[: round(len(data) * share)])


def join(path: Path, *parts: Path) -> None:
    """One file behind the other, as `cat` does."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
