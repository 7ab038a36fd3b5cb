"""When the pictures of a video are shown, without decoding them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from av.packet import Packet
from av.video.stream import VideoStream

from features.media.choosing import PLAYERS, Choice, stream_of
from features.media.clock import Clock
from features.media.container import opened
from features.media.pictures import frames
from features.media.seeking import packets
from features.media.timeline import measured, zero_of


def frame_times(path: Path, choice: Choice = PLAYERS, clock: Clock | None = None) -> np.ndarray:
    """The times of a video's Frames, read from its packets: float64 (T,), s, increasing.

    T is 0 without a video. A picture that the decoder drops without a word is counted here. Where
    a packet carries no time, it is the decoder that knows, or not. Raises MediaError.
    """
    clock = measured(path, choice).clock if clock is None else clock
    with opened(path) as container:
        stream = stream_of(container, "video", choice)
        if not isinstance(stream, VideoStream):
            return np.zeros(0)
        start = zero_of(container, clock)
        times: set[float] = set()
        for packet in packets(container, stream, clock=clock):
            if packet.size and not packet.is_discard:
                if packet.pts is None:
                    break
                times.add(_time(packet) - start)
        else:
            return np.array(sorted(t for t in times if t >= 0), np.float64)
    return np.array([f.time for f in frames(path, choice=choice, clock=clock)], np.float64)


def _time(packet: Packet) -> float:
    """In s, computed as PyAV computes that of a picture, so that both are the same number."""
    base = packet.time_base
    return float(packet.pts or 0) * base.numerator / base.denominator
