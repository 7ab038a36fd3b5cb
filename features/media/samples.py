"""The samples of decoded sound as numbers, of any format and number of channels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler

from features.media.container import MediaError
from features.media.layouts import is_odd, kept

# A frame of FFmpeg holds 8 pointers to planes. PyAV counts planes up to an empty pointer: of 8 it
# takes the line sizes behind the pointers for a ninth, of more than 8 it reads what lies behind
# their array, and copying such a "plane" ends the process. Up to 7 planes are safe, and packed
# samples of any number of channels, which are one plane.
PLANES = 7
CHANNELS = 64  # of which FFmpeg's resampler can make one plane
TYPES = {"u8": np.uint8, "s16": np.int16, "s32": np.int32, "flt": np.float32, "dbl": np.float64}
SCALES = {"u8": 2.0**-7, "s16": 2.0**-15, "s32": 2.0**-31, "flt": 1.0, "dbl": 1.0}  # to 1
MIDDLES = {"u8": 128}  # what stands for 0
LARGEST = float(np.finfo(np.float32).max)  # a sample beyond it is no number where they are float32


def numeric(frame: av.AudioFrame) -> str:
    """The format of a frame's samples without how they lie: u8, s16, s32, s64, flt or dbl."""
    return frame.format.name.rstrip("p")


def readable(frames: Iterable[av.AudioFrame | None]) -> Iterator[av.AudioFrame | None]:
    """The frames in the same order, times and values, those packed that could not be read else.

    Integers of 64 bits, which numpy gets from no frame, become float64. Odd layouts are dropped.
    Raises MediaError for more than 64 channels in planes of their own.
    """
    converter, kind = None, None
    for frame in frames:
        if frame is None:  # lost
            yield None
            continue
        odd, clear = is_odd(kept(frame.layout)), _is_readable(frame)
        if clear and not odd:
            yield frame
            continue
        pts, base = frame.pts, frame.time_base
        if not clear:
            this = (frame.format.name, frame.layout.name, frame.sample_rate)
            if converter is None or this != kind:
                converter, kind = _converter(frame), this
            frame.pts = None  # the converter would round it
            (frame,) = converter.resample(frame)
            kept(frame.layout)
        if odd:
            frame = cut(frame, 0, frame.samples)
        frame.pts = pts
        if base is not None:
            frame.time_base = base
        yield frame


def _is_readable(frame: av.AudioFrame) -> bool:
    few = frame.layout.nb_channels <= PLANES or not frame.format.is_planar
    return few and numeric(frame) in TYPES


def _converter(frame: av.AudioFrame) -> AudioResampler:
    count, kind = frame.layout.nb_channels, numeric(frame)
    if count > CHANNELS:
        raise MediaError(f"its sound has {count} channels; at most {CHANNELS} can be decoded")
    return AudioResampler(format=kind if kind in TYPES else "dbl")


def rows(frame: av.AudioFrame) -> list[np.ndarray]:
    """The samples of each channel (N,), in the frame's own type; they are views, not to be changed.

    Raises MediaError as `readable` does.
    """
    if not _is_readable(frame):
        frame = next(f for f in readable([frame]) if f is not None)
    kind, size = TYPES[numeric(frame)], frame.samples
    planes: Any = frame.planes  # its types do not say that a plane is a buffer
    if frame.format.is_planar:
        return [np.frombuffer(plane, kind, size) for plane in planes]
    count = frame.layout.nb_channels
    return list(np.frombuffer(planes[0], kind, size * count).reshape(size, count).T)


def is_finite(frame: av.AudioFrame) -> bool:
    """Whether all samples are numbers that float32 can hold."""
    kind = numeric(frame)
    with np.errstate(over="ignore", invalid="ignore"):
        if kind == "flt":  # a sum of squares tells it quickly, unless a sample is huge
            return all(isfinite(np.dot(row, row)) or np.isfinite(row).all() for row in rows(frame))
        if kind == "dbl":
            return all((np.abs(row) <= LARGEST).all() for row in rows(frame))
    return True


def cut(frame: av.AudioFrame, first: int, last: int) -> av.AudioFrame:
    """The samples [first, last) of a readable frame, without its time."""
    count, layout = frame.layout.nb_channels, frame.layout
    wide = 1 if frame.format.is_planar else count  # packed are one row
    samples: Any = np.ascontiguousarray(frame.to_ndarray()[:, first * wide : last * wide])
    name = f"{count} channels" if is_odd(layout) else layout.name
    piece = av.AudioFrame.from_ndarray(samples, frame.format.name, name)
    piece.sample_rate = frame.sample_rate
    return piece
