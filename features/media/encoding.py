"""Sound encoded anew, as AAC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import av
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from features.media.clock import Clock
from features.media.layouts import is_odd, kept
from features.media.placing import decoded
from features.media.seeking import packets
from features.media.sounds import sound
from features.media.timeline import zero_of

BITS, RATE = 128_000, 48_000  # a second
MOST = 8  # channels


def encoded(
    source: InputContainer, stream: AudioStream, out: OutputContainer, clock: Clock
) -> Iterator[Packet]:
    """The packets of a sound as AAC, on the clock of the pictures, for a new stream of `out`.

    Of more than 8 channels, or several of which the file does not say where they stand, AAC gets
    the mix as of `mixing`.
    """
    layout = _layout(stream)
    new = out.add_stream("aac", rate=RATE, layout=layout or "mono")
    new.bit_rate = BITS
    if layout is None:
        pieces = _mixed(Path(source.name), clock)
    else:
        found = decoded(packets(source, stream, clock=clock))
        frames = (frame for frame in found if frame is not None)
        pieces = _converted(frames, layout, zero_of(source, clock))
    for piece in pieces:
        yield from new.encode(piece)
    yield from new.encode(None)


def _layout(stream: AudioStream) -> str | None:
    layout = kept(stream.codec_context.layout)
    known = not is_odd(layout) and not layout.name.endswith("channels")
    named = layout.name if known and layout.nb_channels <= MOST else None
    return {1: "mono", 2: "stereo"}.get(layout.nb_channels, named)


def _converted(
    frames: Iterable[av.AudioFrame], layout: str, start: float
) -> Iterator[av.AudioFrame]:
    for _, alike in groupby(frames, lambda f: (f.format.name, f.layout.name, f.sample_rate)):
        resampler = AudioResampler("fltp", layout, RATE)
        for frame in alike:
            time, tick = (frame.time or 0.0) - start, Fraction(1, frame.sample_rate)
            frame.pts, frame.time_base = round(time / tick), tick
            yield from resampler.resample(frame)


def _mixed(path: Path, clock: Clock) -> Iterator[av.AudioFrame]:
    for piece in sound(path, RATE, clock=clock):
        frame = av.AudioFrame.from_ndarray(piece.samples[None], "fltp", "mono")
        frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
        frame.pts = round(piece.time * RATE)
        yield frame
