"""A decoded picture as a player shows it: square pixels, upright, of standard dynamic range."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av.filter import Graph
from av.sidedata.sidedata import Type
from av.video.reformatter import Colorspace, Interpolation
from av.video.stream import VideoStream

from features.media.tone import HLG, PQ, tone_mapped

SQUARE = 0.01  # nearer to 1 than this: encoders round to a whole size, and no face looks squeezed
ODDEST = 10.0  # times as wide as high, or as high as wide: beyond it a ratio is a mistake
LARGEST = 7680 * 4320  # pixels that stretching may lead to: the largest picture of television
SILENT = {"mpegts", "mpeg", "mpegvideo", "flv", "h264", "hevc"}  # containers that say no ratio
# FFmpeg's own choice; without full chroma a picture comes out a grey level greener
STRETCHING = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT
# matrices from Y'CbCr, in the numbers of ITU-T H.273, table 4, that FFmpeg refuses ("reserved", and
# BT.2020 with constant luminance) or, of HDR, takes for SDR's ("unspecified"): the nearest instead
SDR_MATRICES: dict[int, int] = {3: Colorspace.DEFAULT, 10: Colorspace.BT2020}
HDR_MATRICES: dict[int, int] = dict.fromkeys((2, 3, 10), Colorspace.BT2020)
TICK = Fraction(1, 1000)  # s, which FFmpeg's filters ask for; nothing here has a time
UNNAMED = range(len(Type), len(Type) + 16)  # kinds of side data newer than PyAV, as FFmpeg counts


def as_shown(picture: av.VideoFrame, stream: VideoStream) -> np.ndarray:
    """A picture just decoded from a stream, uint8 RGB (H, W, 3).

    Stretched to square pixels first, never squeezed, so that no pixel is lost; then turned and
    mirrored by its display matrix, to the nearest quarter turn, as FFmpeg does. PQ and HLG become
    SDR; other pictures, 10 bits or a wide gamut or not, keep the values that they were given.
    """
    width, height = square(picture.width, picture.height, _pixel_ratio(stream))
    image = _rgb(picture, width, height)
    matrix = _display_matrix(picture)
    return image if matrix is None else _upright(image, matrix)


def square(width: int, height: int, ratio: float) -> tuple[int, int]:
    """The size in square pixels of a picture whose pixels are `ratio` times as wide as high.

    One side grows; both are less where more than LARGEST pixels, or than it has, would result.
    """
    if not 1 / ODDEST <= ratio <= ODDEST or abs(ratio - 1) <= SQUARE:
        return width, height
    wide, high = (width * ratio, float(height)) if ratio > 1 else (float(width), height / ratio)
    scale = min(1.0, (max(LARGEST, width * height) / (wide * high)) ** 0.5)
    return max(1, round(wide * scale)), max(1, round(high * scale))


def _pixel_ratio(stream: VideoStream) -> float:
    """Width to height of a stored pixel, 0 if unknown.

    The container's word goes before the coded pictures', as in players. Where a container has no
    word, the pictures' may change on the way, as it does in broadcasts between programmes.
    """
    coded = stream.codec_context.sample_aspect_ratio
    silent = stream.container.format.name in SILENT
    return float((coded if silent else stream.sample_aspect_ratio or coded) or 0)


def _rgb(picture: av.VideoFrame, width: int, height: int) -> np.ndarray:
    """The stored picture in SDR and that size. One thread: more cost more than they bring."""
    stretched = (width, height) != (picture.width, picture.height)
    hdr = picture.color_trc in (PQ, HLG)
    image = picture.reformat(
        width,
        height,
        "rgb48le" if hdr else "rgb24",
        (HDR_MATRICES if hdr else SDR_MATRICES).get(picture.colorspace),  # None: as it says
        interpolation=STRETCHING if stretched else None,
        threads=1,
    ).to_ndarray()
    return tone_mapped(image, picture.color_trc, picture.color_primaries) if hdr else image


def _display_matrix(picture: av.VideoFrame) -> list[int] | None:
    """The nine numbers, in rows; None, as usual, if there is none."""
    try:
        data = picture.side_data.get("DISPLAYMATRIX")
    except ValueError:  # PyAV lists no side data at all where it has no name for one, as for EXIF
        data = _without_unnamed(picture).side_data.get("DISPLAYMATRIX")
    return None if data is None else np.frombuffer(data, np.int32).tolist()


def _without_unnamed(picture: av.VideoFrame) -> av.VideoFrame:
    graph = Graph()
    source = graph.add_buffer(None, picture.width, picture.height, picture.format, time_base=TICK)
    drops = [graph.add("sidedata", f"mode=delete:type={kind}") for kind in UNNAMED]
    graph.link_nodes(source, *drops, graph.add("buffersink")).configure()
    graph.vpush(picture)
    return graph.vpull()


def _upright(image: np.ndarray, matrix: list[int]) -> np.ndarray:
    """By a display matrix (a, b, u, c, d, v, ...): a pixel at x, y goes to ax + cy, bx + dy."""
    a, b, _, c, d = matrix[:5]
    if abs(b) + abs(c) > abs(a) + abs(d):
        image, a, d = image.transpose(1, 0, 2), c, b  # (W, H, 3)
    return np.ascontiguousarray(image[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1])
