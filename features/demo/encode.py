"""Encoding of frames and samples as mp4 (H.264 and AAC): same input, same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.codec.context import Flags

VIDEO = {
    "preset": "veryfast",
    "crf": "23",
    "threads": "1",
    "bf": "0",
}  # no B-frames: pts start at 0
AUDIO_BITS = 64_000  # a second
BLOCK = 1024  # samples of an AAC frame


def write_mp4(
    path: Path, frames: Iterable[np.ndarray], fps: int, size_px: int, samples: np.ndarray, rate: int
) -> None:
    """Write an mp4: frames RGB uint8 (H, W, 3) at `fps`, samples (N,) in [-1, 1] at `rate` Hz."""
    with av.open(str(path), "w", format="mp4", options={"fflags": "+bitexact"}) as out:
        video = out.add_stream("h264", rate=fps, options=VIDEO)
        video.width = video.height = size_px
        video.pix_fmt = "yuv420p"
        audio = out.add_stream("aac", rate=rate, layout="mono")
        audio.bit_rate = AUDIO_BITS
        for stream in (video, audio):
            stream.codec_context.thread_count = 1
            stream.codec_context.flags |= Flags.bitexact
        for index, image in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, fps)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        for first in range(0, len(samples), BLOCK):
            out.mux(audio.encode(_block(samples[first : first + BLOCK], first, rate)))
        out.mux(audio.encode(None))


def _block(samples: np.ndarray, first: int, rate: int) -> av.AudioFrame:
    planar = samples.astype(np.float32)[None]  # (1, n)
    frame = av.AudioFrame.from_ndarray(planar, format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = rate, first, Fraction(1, rate)
    return frame
