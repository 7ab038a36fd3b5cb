"""Small media files made in the test, of which every moment is known."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

RATE = 16_000


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real media; whoever does not have it skips the tests that use it."""
    folder = Path(__file__).parents[2].parent / "shared" / "media"
    if not folder.is_dir():
        pytest.skip("no folder of real media beside the repository")
    return folder


def write_film(
    path: Path,
    images=(),
    times=(),
    samples=None,
    *,
    rate: int = RATE,
    sound_from: float = 0.0,
    skip: tuple[float, float] = (np.inf, 0.0),
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    fps: Fraction | int = 25,
    base: Fraction = Fraction(1, 90_000),
    audio_codec: str = "pcm_s16le",
    codec_options: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Pictures RGB (H, W, 3) at `times` s, samples float (channels, N) from `sound_from` s on.

    skip  (a, b): sound from a s on is said to be b s later
    """
    with av.open(str(path), "w", options=options or {}) as out:
        video = audio = None
        if len(images):
            video = out.add_stream(codec, rate=Fraction(fps), options=codec_options or {})
            assert isinstance(video, VideoStream)
            video.height, video.width = images[0].shape[:2]
            video.pix_fmt, video.codec_context.time_base = pix_fmt, base
            video.codec_context.thread_count = 1
        if samples is not None:
            layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(samples)]
            audio = out.add_stream(audio_codec, rate=rate, layout=layout)
            assert isinstance(audio, AudioStream)
        if video is not None:
            for image, time in zip(images, times, strict=True):
                picture = av.VideoFrame.from_ndarray(image, format="rgb24")
                picture.pts, picture.time_base = round(time / base), base
                out.mux(video.encode(picture))
            out.mux(video.encode(None))
        if audio is not None and samples is not None:
            for begin in range(0, samples.shape[1], 1024):
                block = np.ascontiguousarray(samples[:, begin : begin + 1024], np.float32)
                frame = av.AudioFrame.from_ndarray(block, "fltp", audio.layout.name)
                frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
                jump = skip[1] if begin >= skip[0] * rate else 0.0
                frame.pts = begin + round((sound_from + jump) * rate)
                out.mux(audio.encode(frame))
            out.mux(audio.encode(None))
    return path


@pytest.fixture
def film(tmp_path):
    """Write a film under a name in the test's folder."""
    return lambda name, *args, **kwargs: write_film(tmp_path / name, *args, **kwargs)
