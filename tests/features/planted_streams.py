"""Streams made in the test, with flashes and clicks at known times, on clocks that may lie.

A picture is dark but for FLASH_S from each flash on; sound is silence but for a tone of CLICK_S
from each click on. What is planted where is said in true time, in s from the first picture or
sample; `at` says what the file makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.fifo import AudioFifo
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Disposition

FLASH_S, CLICK_S = 0.12, 0.1
BLOCK = 960  # samples in a frame of the codecs that leave it to the encoder
BASE = Fraction(1, 90_000)


def straight(time: float) -> float:
    """A clock that tells the time."""
    return time


@dataclass(frozen=True)
class Pictures:
    """A video stream: what it shows, when it begins (s), and its stamps: time -> what is said."""

    flashes: tuple[float, ...] = (1.0, 3.0)
    seconds: float = 4.0
    start: float = 0.0
    codec: str = "libx264"
    size: int = 64
    fps: int = 25
    default: bool = True
    number: int | None = None  # of the stream in a transport stream; None: in order
    at: Callable[[float], float] = straight
    options: Mapping[str, str] = field(default_factory=lambda: {"g": "25", "bf": "0"})

    def packets(self, out: OutputContainer, clock: float) -> list[Packet]:
        stream: Any = out.add_stream(self.codec, rate=self.fps, options=dict(self.options))
        stream.width = stream.height = self.size
        stream.pix_fmt = "yuvj420p" if self.codec == "mjpeg" else "yuv420p"
        every = Fraction(1, self.fps)
        if not self.codec.startswith("mpeg"):
            stream.codec_context.time_base = BASE  # so that a picture may be shown at any time
        stream.codec_context.thread_count = 1
        mark(stream, self.default, self.number)
        packets = []
        for index in range(round(self.seconds * self.fps)):
            time = index * every
            lit = any(flash - 1e-6 <= time < flash + FLASH_S - 1e-6 for flash in self.flashes)
            image = np.full((self.size, self.size, 3), 235 if lit else 16, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.time_base = stream.codec_context.time_base or every
            frame.pts = round(time / frame.time_base)
            packets += stream.encode(frame)
        return told([*packets, *stream.encode(None)], self.at, self.start + clock)


@dataclass(frozen=True)
class Tones:
    """An audio stream, as Pictures; `loud` is the amplitude of its clicks, of full scale."""

    clicks: tuple[float, ...] = (1.5, 3.4)
    seconds: float = 4.0
    start: float = 0.0
    codec: str = "aac"
    rate: int = 48_000
    layout: str = "mono"
    loud: float = 0.5
    default: bool = True
    number: int | None = None  # of the stream in a transport stream; None: in order
    at: Callable[[float], float] = straight
    options: Mapping[str, str] = field(default_factory=dict)

    def packets(self, out: OutputContainer, clock: float) -> list[Packet]:
        stream: Any = out.add_stream(
            self.codec, rate=self.rate, layout=self.layout, options=dict(self.options)
        )
        mark(stream, self.default, self.number)
        times = np.arange(round(self.seconds * self.rate)) / self.rate
        heard = sum(((times >= c) & (times < c + CLICK_S) for c in self.clicks), times < 0)
        tone = (self.loud * np.sin(2 * np.pi * 1000 * times) * heard).astype(np.float32)
        channels = stream.layout.nb_channels
        whole = av.AudioFrame.from_ndarray(np.tile(tone, (channels, 1)), "fltp", self.layout)
        whole.sample_rate, whole.pts, whole.time_base = self.rate, 0, Fraction(1, self.rate)
        fifo, packets = AudioFifo(), []
        fifo.write(whole)
        stream.codec_context.open()
        size = stream.codec_context.frame_size or BLOCK
        while frame := fifo.read(size, partial=True):
            packets += stream.encode(frame)
        return told([*packets, *stream.encode(None)], self.at, self.start + clock)


def mark(stream: Any, default: bool, number: int | None) -> None:
    stream.disposition = Disposition.default if default else Disposition(0)
    if number is not None:
        stream.id = number


def told(packets: list[Packet], at: Callable[[float], float], start: float) -> list[Packet]:
    """Packets with the stamps that a clock gives them."""
    for packet in packets:
        base = packet.time_base
        packet.pts = round((at(float(packet.pts * base)) + start) / base)
        packet.dts = round((at(float(packet.dts * base)) + start) / base)
    return packets
