"""The sound of a media file, in pieces that know their time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

from features.media.container import opened, start_of, stream_of

GAP = 0.04  # s; sound further than this from where the samples so far end starts a new stretch


@dataclass(frozen=True, eq=False, slots=True)
class Sound:
    """A piece of sound: time of the first sample in s, mono float32 (N,), full scale is 1."""

    time: float
    samples: np.ndarray


def sound(path: Path, rate: int) -> Iterator[Sound]:
    """The sound, the mean of its channels, resampled to `rate` Hz, in consecutive pieces.

    A piece that does not continue the one before (late start, lost packets) tells so by its time,
    which is then more than GAP later; none is earlier. Nothing if there is no audio.
    Raises MediaError.
    """
    with opened(path) as container:
        stream = stream_of(container, "audio")
        if not isinstance(stream, AudioStream):
            return
        placed = _placed(_decoded(container, stream), start_of(container))
        for begin, stretch in groupby(placed, key=lambda pair: pair[0]):
            yield from _resampled(begin, (frame for _, frame in stretch), rate)


def _decoded(container: InputContainer, stream: AudioStream) -> Iterator[av.AudioFrame]:
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except FFmpegError:
            continue  # the next frame is later than expected, so the loss shows as a gap


def _placed(
    decoded: Iterable[av.AudioFrame], start: float
) -> Iterator[tuple[float, av.AudioFrame]]:
    """Each frame with the time at which its stretch of unbroken, uniform sound begins.

    A frame that begins more than GAP before the one before it ends is left out.
    """
    begin, end, kind = 0.0, -np.inf, None
    for frame in decoded:
        time = max(end, 0.0) if frame.time is None else frame.time - start
        if time < end - GAP:
            continue
        same = (frame.format.name, frame.layout.name, frame.sample_rate)
        if time > end + GAP or same != kind:
            begin = end = max(time, end)
            kind = same
        end += frame.samples / frame.sample_rate
        yield begin, frame


def _resampled(begin: float, stretch: Iterable[av.AudioFrame], rate: int) -> Iterator[Sound]:
    # channels stay apart until the end: FFmpeg mixes two equal ones into one 3 dB louder than each
    resampler, count = AudioResampler(format="fltp", rate=rate), 0
    for frame in chain(stretch, [None]):  # None: give what you still hold
        if frame is not None:
            frame.pts = None  # the resampler counts samples; times are kept here
        for piece in resampler.resample(frame):
            samples = piece.to_ndarray().mean(axis=0, dtype=np.float32)  # (channels, N) -> (N,)
            if len(samples):
                yield Sound(begin + count / rate, samples)
                count += len(samples)
