"""Media files made in the test, of streams of which every moment is known."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import av
from av.packet import Packet
from av.stream import Disposition

from tests.features.planted_streams import BASE, Pictures, Tones

COVER = 96  # pixels of a side of the picture on a cover


def write(
    file: Path | IO[bytes],
    *streams: Pictures | Tones,
    clock: float = 0.0,
    kind: str | None = None,
    cover: bytes | None = None,
    **options: str,
) -> None:
    """Write a media file.

    clock    what its clock says at its beginning, s
    kind     format; None: by the suffix
    cover    a JPEG that stands beside the streams
    options  of the muxer
    """
    target: Any = str(file) if isinstance(file, Path) else file
    options = {"fflags": "+bitexact", **options}
    with av.open(target, "w", format=kind, options=options) as out:
        packets = [p for stream in streams for p in stream.packets(out, clock)]
        if cover is not None:
            picture: Any = out.add_stream("mjpeg")
            picture.width = picture.height = COVER
            picture.pix_fmt, picture.disposition = "yuvj420p", Disposition.attached_pic
            packet = Packet(cover)
            packet.stream, packet.pts, packet.dts, packet.time_base = picture, 0, 0, BASE
            packet.is_keyframe = True
            packets.append(packet)
        for packet in sorted(packets, key=lambda p: p.dts * p.time_base):
            out.mux(packet)


def jpeg(path: Path) -> bytes:
    """A bright picture of COVER x COVER, as players show it beside a piece of music."""
    light = Pictures((0.0,), 1 / 25, codec="mjpeg", size=COVER, options={})
    write(path, light, kind="mjpeg")
    return path.read_bytes()
