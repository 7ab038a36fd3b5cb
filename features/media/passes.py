"""What a pass over the packets of one stream finds: its stamps, and how much they say they hold."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Stream
from av.video.stream import VideoStream

from features.media.stamps import PAUSE_S, Stamps

SHOWN_ONLY = "matroska"  # keeps when a packet is shown; FFmpeg works out the order of decoding
NEAR_S = 0.1  # stamps are rounded, by containers and by who writes them
REORDERED = 17  # pictures, by which one may be shown before others that are decoded first
FAR_S = 2.0  # further apart, when a packet is decoded and when it is shown are of two clocks
UNIFORM = {"aac", "mp3float", "mp3", "mp2float", "mp2", "ac3", "eac3"}  # packets of equal length
LOOKED_AT = range(1, 6)  # packets of them, decoded to see how much each holds
COUNTED = ("aac", "mp3", "ac3", "eac3")  # files without stamps, of packets one after the other
SELDOM = 50  # packets of those, of which one is decoded: rates change where files are joined
KEPT_BACK = 4  # packets, which demuxers give only when the file has ended
KINDS = 1000  # of lengths and distances, that are counted at a time


@dataclass(slots=True)
class Pass:
    """One stream, packet by packet.

    base         the unit of its stamps, s
    by_decoding  whether stamps are in order of decoding
    usual        units that a packet lasts that does not say so; 0: unknown
    uniform      units of sound in a packet where all hold as much by their codec; 0: they need not
    seen         whether they hold pictures
    counted      whether stamps only count packets, as if all of them were like the first
    number       of packets so far, count of those that are presented
    lasting      {units that a packet says it lasts: how many say so}
    apart        {units from one packet to the next: how often}
    samples      {s of sound in a packet that was decoded: how many hold as much}
    """

    stream: Stream
    base: float
    by_decoding: bool
    stamps: Stamps
    usual: int
    uniform: int
    seen: bool
    counted: bool
    number: int = 0
    count: int = 0
    lasting: Counter[int] = field(default_factory=Counter)
    apart: Counter[int] = field(default_factory=Counter)
    samples: Counter[float] = field(default_factory=Counter)
    _before: int | None = None
    _last: deque[int] = field(default_factory=lambda: deque(maxlen=KEPT_BACK + 1))
    _alike: tuple[int, int] = (0, 0)
    _times: int = 0

    def see(self, packet: av.Packet, position: int) -> None:
        """The next packet, which stands at a position among all of the file."""
        begin, order, lasts = packet.pts, packet.dts, packet.duration or 0
        self._last.append(position)
        number, self.number = self.number, self.number + 1
        begin = order if begin is None else begin
        if packet.is_discard:
            return
        if begin is None:
            if self.seen:  # what is heard goes on where it was
                self.stamps.unknown(number, position)
            return
        known = self.by_decoding and order is not None and begin >= order - self.stamps.back
        stamp = order if known and order is not None else begin
        self.count += 1
        self._tally(lasts, stamp - (stamp if self._before is None else self._before))
        self._before = stamp
        if self.uniform and self._is_looked_at(number, lasts):
            self._look_into(packet)
        self.stamps.see(number, position, stamp, begin, begin + (lasts or self.usual))

    @property
    def ending(self) -> int:
        """Where it ends: the position of one of its last packets; demuxers keep some to the end."""
        return self._last[0] if self._last else 0

    @property
    def slack(self) -> int:
        """How long the last packet may last that does not say so: as the longest, units."""
        lasts, _ = self._alike
        return 0 if lasts or self.usual else max(self.apart, default=0)

    def _tally(self, lasts: int, apart: int) -> None:
        """Count how long packets last and how far apart they are: most are as the one before."""
        if (lasts, apart) == self._alike:
            self._times += 1
            return
        self.close()
        self._alike, self._times = (lasts, apart), 1

    def close(self) -> None:
        """Count what has not been: there is nothing more to come, or something else."""
        lasts, apart = self._alike
        self.lasting[lasts] += self._times
        self.apart[apart] += self._times
        self._times = 0
        if len(self.apart) + len(self.lasting) > KINDS:
            self.apart = Counter(dict(self.apart.most_common(KINDS // 4)))
            self.lasting = Counter(dict(self.lasting.most_common(KINDS // 4)))

    def _is_looked_at(self, number: int, lasts: int) -> bool:
        if self.counted:
            return number % SELDOM == 1
        return number in LOOKED_AT and lasts != self.uniform

    def _look_into(self, packet: av.Packet) -> None:
        try:
            frames = packet.decode()
        except FFmpegError:  # one that is not whole tells nothing of the others
            return
        for frame in frames:
            if isinstance(frame, av.AudioFrame):
                self.samples[frame.samples / frame.sample_rate] += 1


def begin(container: InputContainer, stream: Stream) -> Pass:
    """The pass over a stream, before its first packet."""
    base = float(stream.time_base or 1)
    shown = container.format.name.startswith(SHOWN_ONLY)
    rate = stream.average_rate if isinstance(stream, VideoStream) else None
    lasts = 1 / float(rate) if rate else 0.0
    near = max(NEAR_S, 3 * lasts)
    if shown and isinstance(stream, VideoStream) and stream.codec_context.has_b_frames:
        near = max(1.0, REORDERED * lasts)
    ticks = max(1, round(near / base))
    far = round(max(FAR_S, REORDERED * lasts) / base)
    stamps = Stamps(back=ticks, on=ticks, far=far, pause=round(PAUSE_S / base))
    uniform = _uniform(stream, base)
    pictures, counted = isinstance(stream, VideoStream), container.format.name in COUNTED
    return Pass(stream, base, not shown, stamps, round(lasts / base), uniform, pictures, counted)


def sounds(one: Pass) -> bool:
    """Whether it is a pass over sound."""
    return isinstance(one.stream, AudioStream)


def _uniform(stream: Stream, base: float) -> int:
    if not isinstance(stream, AudioStream) or stream.codec_context.name not in UNIFORM:
        return 0
    return max(1, round(stream.codec_context.frame_size / stream.codec_context.sample_rate / base))
