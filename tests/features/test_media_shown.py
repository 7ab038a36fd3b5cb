"""Pictures come out as players show them: upright, with square pixels, of standard range."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from av.filter import Graph
from av.video.stream import VideoStream

from features.faces.mtcnn import build
from features.media import frames
from features.media.shown import LARGEST, as_shown, square
from features.media.tone import BT709, BT2020, HLG, PQ, tone_mapped
from features.track import State
from tests.repo import MEDIA, PARAMS

CASES = MEDIA.parent / "cases"
HEIGHT, WIDTH = 48, 64
RNG = np.random.default_rng(0)
# smooth, so that it is coded well, and like itself from no other side
UNEVEN = np.stack(
    np.broadcast_arrays(*np.ogrid[: 4 * HEIGHT : 4, : 3 * WIDTH : 3], 30), axis=2
).astype(np.uint8)


def write(
    path: Path,
    *images: np.ndarray,
    ratio: Fraction | None = None,
    matrix: tuple[int, ...] | None = None,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    colours: tuple[int, int, int] | None = None,
) -> Path:
    """A film of RGB pictures, uint8 or uint16 (H, W, 3).

    ratio    of a pixel's width to its height
    matrix   a, b, c, d of the display matrix
    colours  that it says it has: transfer, primaries and matrix
    """
    with av.open(str(path), "w") as out:
        video = out.add_stream(codec, rate=25)
        assert isinstance(video, VideoStream)
        video.height, video.width, video.pix_fmt = *images[0].shape[:2], pix_fmt
        context = video.codec_context
        if ratio is not None:
            context.sample_aspect_ratio = ratio
        if matrix is not None:
            a, b, c, d = matrix
            video.set_display_matrix([a, b, 0, c, d, 0, 0, 0, 1 << 30])
        if colours is not None:
            context.color_trc, context.color_primaries, context.colorspace = colours
        for i, image in enumerate(images):
            kind = "rgb24" if image.dtype == np.uint8 else "rgb48le"
            picture = av.VideoFrame.from_ndarray(image, format=kind)
            if colours is not None:
                picture = picture.reformat(format=pix_fmt, dst_colorspace=colours[2])
                picture.color_trc, picture.color_primaries, _ = colours
            picture.pts, picture.time_base = i, Fraction(1, 25)
            out.mux(video.encode(picture))
        out.mux(video.encode(None))
    return path


def images(path: Path) -> list[np.ndarray]:
    return [f.image for f in frames(path) if f.image is not None]


def decoded(path: Path) -> tuple[av.VideoFrame, np.ndarray]:
    """The first picture as it is stored, and as it is shown."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        picture = next(container.decode(stream))
        return picture, as_shown(picture, stream)


def case(name: str, file: str = "talk.mp4") -> Path:
    path = CASES / name / "media" / file
    if not path.is_file():
        pytest.skip("no folder of cases beside the repository")
    return path


# ------------------------------------------------------------ turned, mirrored --

ONE = 65536
EIGHT = [
    *[(a, 0, 0, d) for a in (ONE, -ONE) for d in (ONE, -ONE)],
    *[(0, b, c, 0) for b in (ONE, -ONE) for c in (ONE, -ONE)],
]


def autorotated(image: np.ndarray, turn: int, a: int, c: int, d: int) -> np.ndarray:
    """FFmpeg's own rule (insert_filters of ffplay.c), by its own filters.

    turn     clockwise, degrees; its sign does not count
    a, c, d  of the display matrix
    """
    picture = av.VideoFrame.from_ndarray(image, format="rgb24")
    graph = Graph()
    at = graph.add_buffer(
        None, picture.width, picture.height, picture.format, time_base=Fraction(1)
    )
    for name, options in {
        0: [("vflip", "")] if d < 0 else [],
        90: [("transpose", "cclock_flip" if c > 0 else "clock")],
        180: [("hflip", "")] * (a < 0) + [("vflip", "")] * (d < 0),
        270: [("transpose", "clock_flip" if c < 0 else "cclock")],
    }[turn % 360]:
        following = graph.add(name, options)
        at.link_to(following)
        at = following
    at.link_to(graph.add("buffersink"))
    graph.configure()
    graph.vpush(picture)
    return graph.vpull().to_ndarray()


@pytest.mark.parametrize("matrix", EIGHT, ids=str)
def test_a_picture_is_turned_and_mirrored_as_ffmpeg_does(tmp_path, matrix):
    a, _, c, d = matrix
    picture, shown = decoded(write(tmp_path / "m.mp4", UNEVEN, matrix=matrix))
    stored = picture.to_ndarray(format="rgb24")
    assert np.array_equal(shown, autorotated(stored, -picture.rotation, a, c, d))
    assert shown.flags.c_contiguous


@pytest.mark.parametrize("degrees", [-40, -10, 10, 40])
@pytest.mark.parametrize("matrix", EIGHT, ids=str)
def test_a_matrix_between_quarter_turns_counts_as_the_nearest(tmp_path, matrix, degrees):
    angle = np.radians(degrees)
    by = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    near = (np.array(matrix).reshape(2, 2) @ by).astype(int).ravel()
    straight = write(tmp_path / "a.mp4", UNEVEN, matrix=matrix)
    askew = write(tmp_path / "b.mp4", UNEVEN, matrix=tuple(near))
    assert np.array_equal(images(askew)[0], images(straight)[0])


def test_a_matrix_of_zeros_turns_nothing(tmp_path):
    picture, shown = decoded(write(tmp_path / "m.mov", UNEVEN, matrix=(0, 0, 0, 0)))
    assert np.array_equal(shown, picture.to_ndarray(format="rgb24"))


@pytest.mark.parametrize(
    ("orientation", "right"), [(1, UNEVEN), (2, UNEVEN[:, ::-1]), (6, np.rot90(UNEVEN, -1))]
)
def test_a_camera_that_says_in_exif_how_it_was_held_is_believed(tmp_path, orientation, right):
    """PyAV has no name for this side data, and then lists none."""
    data = write(tmp_path / "a.mjpeg", UNEVEN, codec="mjpeg", pix_fmt="yuvj444p").read_bytes()
    entry = b"\x01\x12\x00\x03\x00\x00\x00\x01\x00" + bytes([orientation]) + bytes(2)
    exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01" + entry + bytes(4)
    app1 = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    (tmp_path / "b.mjpeg").write_bytes(data[:2] + app1 + data[2:])
    _, shown = decoded(tmp_path / "b.mjpeg")
    assert shown.shape == right.shape
    assert np.abs(shown.astype(int) - right).mean() < 4


# ------------------------------------------------------------- square pixels --


@pytest.mark.parametrize(
    ("ratio", "size"),
    [
        (Fraction(2), (48, 128)),
        (Fraction(1, 2), (96, 64)),
        (Fraction(64, 45), (48, 91)),  # PAL's 16:9: 64 * 64 / 45 = 91.02
        (Fraction(8, 9), (54, 64)),  # NTSC's 4:3
        (Fraction(10), (48, 640)),
        (Fraction(1, 10), (480, 64)),
    ],
    ids=str,
)
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_pixels_become_square_and_none_is_lost(tmp_path, suffix, ratio, size):
    (shown,) = images(write(tmp_path / f"s.{suffix}", UNEVEN, ratio=ratio))
    assert shown.shape == (*size, 3)
    assert np.abs(shown.mean((0, 1)) - UNEVEN.mean((0, 1))).max() < 2


@pytest.mark.parametrize("ratio", [None, Fraction(1), Fraction(1280, 1279), Fraction(99, 100)])
def test_pixels_as_good_as_square_keep_their_values(tmp_path, ratio):
    picture, shown = decoded(write(tmp_path / "s.mp4", UNEVEN, ratio=ratio))
    assert np.array_equal(shown, picture.to_ndarray(format="rgb24"))


@pytest.mark.parametrize(
    ("ratio", "size"),
    [
        *[(ratio, (1920, 1080)) for ratio in (0.0, 1.0, 1280 / 1279, 1.009, 0.991)],
        *[(1.02, (1958, 1080)), (0.98, (1920, 1102))],
    ],
)
def test_a_ratio_within_one_per_cent_of_square_stretches_nothing(ratio, size):
    assert square(1920, 1080, ratio) == size


@pytest.mark.parametrize("ratio", [Fraction(11), Fraction(1, 200), Fraction(1000)], ids=str)
def test_a_ratio_that_no_picture_has_is_no_ratio(tmp_path, ratio):
    (shown,) = images(write(tmp_path / "s.mkv", UNEVEN, ratio=ratio))
    assert shown.shape == UNEVEN.shape


def test_a_circle_is_round_again(tmp_path):
    y, x = np.ogrid[:96, :48]
    disc = (((y - 47.5) ** 2 + (2 * (x - 23.5)) ** 2 < 40**2) * 255).astype(np.uint8)
    (shown,) = images(
        write(tmp_path / "c.mp4", np.repeat(disc[..., None], 3, axis=2), ratio=Fraction(2))
    )
    inside = shown.mean(axis=2) > 128
    height, width = inside.any(axis=1).sum(), inside.any(axis=0).sum()
    assert height == pytest.approx(80, abs=2) and width == pytest.approx(80, abs=2)


def test_pixels_are_stretched_before_the_picture_is_turned(tmp_path):
    path = write(tmp_path / "t.mp4", UNEVEN, ratio=Fraction(2), matrix=(0, ONE, -ONE, 0))
    (shown,) = images(path)
    assert shown.shape == (128, 48, 3)


def test_the_container_knows_better_than_the_coded_pictures(tmp_path):
    path = write(tmp_path / "p.mp4", UNEVEN, ratio=Fraction(2))
    data = bytearray(path.read_bytes())
    at = data.index(b"pasp") + 4
    data[at : at + 8] = (3).to_bytes(4, "big") + (1).to_bytes(4, "big")
    path.write_bytes(data)
    assert images(path)[0].shape == (48, 192, 3)


def test_a_ratio_may_change_in_the_middle_of_a_broadcast(tmp_path):
    wide = write(tmp_path / "a.ts", *[UNEVEN] * 9, ratio=Fraction(2))
    tall = write(tmp_path / "b.ts", *[UNEVEN] * 9, ratio=Fraction(1, 2))
    both = tmp_path / "c.ts"
    both.write_bytes(wide.read_bytes() + tall.read_bytes())
    with av.open(str(both)) as container:
        stream = container.streams.video[0]
        sizes = [as_shown(p, stream).shape[:2] for p in container.decode(stream)]
    assert len(sizes) == 18 and set(sizes) == {(48, 128), (96, 64)}
    assert sizes == sorted(sizes) and 6 <= sizes.index((96, 64)) <= 9  # the decoder is ahead


@pytest.mark.parametrize(("width", "height"), [(7680, 4320), (4096, 2160), (16_384, 9000)])
@pytest.mark.parametrize("ratio", [10.0, 0.1, 4 / 3])
def test_a_header_cannot_ask_for_more_than_the_largest_picture(width, height, ratio):
    wide, high = square(width, height, ratio)
    assert wide * high <= 1.001 * max(LARGEST, width * height)
    assert wide / high == pytest.approx(width * ratio / height, rel=1e-3)


def test_the_thinnest_picture_has_a_pixel():
    assert square(40_000, 1, 10.0) == (400_000, 1)
    assert min(square(2**25, 2, 10.0)) >= 1


# ------------------------------------------------------------ dynamic range --

# R, G, B of BT.709 to BT.2020, as ITU-R BT.2087 prints it
TO_BT2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
SDR = np.stack(
    [
        *[np.repeat(np.arange(256)[:, None], 3, axis=1)],
        *[np.arange(256)[:, None] * share for share in ([0.9, 0.6, 0.5], [0.3, 0.7, 0.4])],
    ]
).astype(np.uint8)  # (3, 256, 3): grey, skin and green, from black up


def as_pq(nits):
    """SMPTE ST 2084, equation 5.2."""
    y = (np.asarray(nits) / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375


def as_hlg(nits):
    """ARIB STD-B67 behind the inverse OOTF of a display of 1,000 cd/m2 (BT.2100)."""
    nits = np.asarray(nits)
    luminance = nits @ [0.2627, 0.678, 0.0593] / 1000
    scene = nits / 1000 * np.maximum(luminance, 1e-12)[..., None] ** (1 / 1.2 - 1)
    low, high = np.sqrt(3 * scene), 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9))
    return np.where(scene <= 1 / 12, low, high + 0.55991073)


CODED = {PQ: as_pq, HLG: as_hlg}
BOTH = pytest.mark.parametrize("transfer", [PQ, HLG], ids=["PQ", "HLG"])


def graded(sdr: np.ndarray, transfer: int, primaries: int = BT2020) -> np.ndarray:
    """An SDR picture put into HDR: its white at 203 cd/m2 (ITU-R BT.2408)."""
    nits = 203 * (sdr / 255.0) ** 2.4
    if primaries == BT2020:
        nits = nits @ TO_BT2020.T
    return np.round(CODED[transfer](nits) * 65535).astype(np.uint16)


@BOTH
def test_sdr_put_into_hdr_comes_back(transfer):
    back = tone_mapped(graded(SDR, transfer), transfer, BT2020)
    off = np.abs(back.astype(int) - SDR)
    dim = SDR.max(axis=2) <= 242  # 95 % of white
    assert off[dim].max() <= 1
    assert off.max() <= 7


def test_hdr_in_the_primaries_of_sdr_keeps_its_colours():
    back = tone_mapped(graded(SDR, PQ, BT709), PQ, BT709)
    assert np.abs(back.astype(int) - SDR)[SDR.max(axis=2) <= 242].max() <= 1


def test_hdr_that_names_no_primaries_has_those_of_hdr():
    signal = graded(SDR, PQ)
    assert np.array_equal(tone_mapped(signal, PQ, 2), tone_mapped(signal, PQ, BT2020))


@BOTH
def test_highlights_stay_in_order_below_white(transfer):
    light = np.repeat(np.array([[50.0, 100, 203, 300, 500]])[..., None], 3, axis=2)
    signal = np.round(CODED[transfer](light) * 65535).astype(np.uint16)
    levels = tone_mapped(signal, transfer, BT2020)[0]
    assert (levels == levels[:, :1]).all()  # grey stays grey
    assert (np.diff(levels[:, 0].astype(int)) > 0).all()
    assert 248 <= levels[2, 0]


@BOTH
def test_a_highlight_keeps_its_hue(transfer):
    skin = np.array([1.0, 0.55, 0.35]) @ TO_BT2020.T
    light = np.array([[60.0 * skin, 200 * skin, 700 * skin]])
    signal = np.round(CODED[transfer](light) * 65535).astype(np.uint16)
    levels = tone_mapped(signal, transfer, BT2020)[0].astype(float)
    shares = levels / levels.max(axis=1, keepdims=True)
    assert np.abs(shares - shares[0]).max() < 0.015
    assert levels.max() < 255


@BOTH
@pytest.mark.parametrize("level", [0, 65535])
def test_the_ends_of_the_signal_are_black_and_white(transfer, level):
    signal = np.full((37, 3, 3), level, np.uint16)
    assert set(tone_mapped(signal, transfer, BT2020).ravel()) <= ({0} if level == 0 else {254, 255})


@BOTH
@pytest.mark.parametrize("matrix", [9, 2], ids=["BT.2020", "unspecified"])
def test_an_hdr_film_looks_like_the_sdr_film_that_it_was_made_from(tmp_path, transfer, matrix):
    sdr = np.ascontiguousarray(np.repeat(np.repeat(SDR, 16, axis=0), 2, axis=1))  # (48, 512, 3)
    path = write(
        tmp_path / "h.mkv",
        graded(sdr, transfer),
        codec="ffv1",
        pix_fmt="yuv444p10le",
        colours=(transfer, BT2020, 9),
    )
    if matrix == 2:
        path.write_bytes(path.read_bytes().replace(b"\x55\xb1\x81\x09", b"\x55\xb1\x81\x02"))
    picture, shown = decoded(path)
    assert (picture.color_trc, picture.colorspace) == (transfer, matrix)
    off = np.abs(shown.astype(int) - sdr)[sdr.max(axis=2) <= 242]
    assert off.mean() < 1 and np.percentile(off, 99) <= 4
    assert np.abs(picture.to_ndarray(format="rgb24").astype(int) - sdr).mean() > 10


def test_hdr_is_stretched_like_any_picture(tmp_path):
    path = write(
        tmp_path / "h.mp4",
        graded(UNEVEN, PQ),
        ratio=Fraction(2),
        pix_fmt="yuv420p10le",
        colours=(PQ, BT2020, 9),
    )
    (shown,) = images(path)
    assert shown.shape == (48, 128, 3)
    assert np.abs(shown.mean((0, 1)) - UNEVEN.mean((0, 1))).max() < 3


@pytest.mark.parametrize("colours", [(1, 1, 1), (1, 9, 9), (14, 9, 9), (2, 2, 2)], ids=str)
def test_ten_bits_do_not_make_hdr(tmp_path, colours):
    path = write(tmp_path / "s.mkv", UNEVEN, codec="ffv1", pix_fmt="yuv420p10le", colours=colours)
    picture, shown = decoded(path)
    assert picture.color_trc == colours[0]
    assert np.array_equal(shown, picture.to_ndarray(format="rgb24"))


@pytest.mark.parametrize(
    ("transfer", "said", "meant"), [(1, 3, 5), (1, 10, 9), (PQ, 2, 9), (PQ, 3, 9), (HLG, 10, 9)]
)
def test_a_matrix_that_ffmpeg_does_not_take_is_the_nearest(tmp_path, transfer, said, meant):
    path = write(tmp_path / "m.mkv", UNEVEN, codec="ffv1", pix_fmt="yuv444p10le")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        picture = next(container.decode(stream))
        picture.color_trc, picture.colorspace = transfer, meant
        right = as_shown(picture, stream)
        picture.colorspace = said
        assert np.array_equal(as_shown(picture, stream), right)


# --------------------------------------------------------- the ordinary kind --


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "suffix"),
    [
        *[("libx264", f, "mp4") for f in ("yuv420p", "yuv444p", "yuv422p10le", "gray")],
        *[("ffv1", f, "mkv") for f in ("yuv410p", "yuva420p", "bgra", "gray16le", "gbrp12le")],
        *[("mjpeg", "yuvj420p", "avi"), ("mpeg4", "yuv420p", "avi"), ("gif", "rgb8", "gif")],
    ],
)
def test_an_ordinary_picture_keeps_its_bytes(tmp_path, codec, pix_fmt, suffix):
    noise = RNG.integers(0, 256, (46, 62, 3), np.uint8)
    path = write(tmp_path / f"o.{suffix}", noise, codec=codec, pix_fmt=pix_fmt)
    picture, shown = decoded(path)
    assert np.array_equal(shown, picture.to_ndarray(format="rgb24"))


# ----------------------------------------------------------------- real media --


@pytest.fixture(scope="module")
def detector():
    torch.set_num_threads(1)
    return build(**PARAMS["faces"]["options"])


@pytest.mark.parametrize("name", ["anamorphic_wide", "mirrored", "hdr_pq", "hdr_hlg"])
def test_a_face_is_found_in_every_picture_of_a_case(detector, name):
    found = list(detector(frames(case(name))))
    assert [f.state for f in found] == [State.OK] * 100


@pytest.mark.parametrize("name", ["hdr_pq", "hdr_hlg", "anamorphic_wide", "mirrored_portrait"])
def test_a_case_looks_like_what_it_was_made_from(name):
    control = np.array(images(case("apac_beside", "good.mp4")), float)
    shown = np.array(images(case(name)), float)
    assert shown.mean((0, 1, 2)) == pytest.approx(control.mean((0, 1, 2)), abs=2)
    assert shown.std() == pytest.approx(control.std(), abs=3)
    assert np.abs(shown - control).mean() < 4


def test_the_mirrored_case_is_the_mirror_image():
    control = images(case("apac_beside", "good.mp4"))
    assert np.array_equal(np.array(control)[:, :, ::-1], images(case("mirrored")))
