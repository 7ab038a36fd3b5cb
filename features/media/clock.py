"""The times of a file's packets put right: where its clock steps, and where one stamp is wild."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median_low
from types import MappingProxyType

import av

from features.media.stamps import AROUND, Stamps, Wild

TOGETHER_S = 2.0  # streams that step by as much, to within this, step together
EDGE = 4  # times at either end of those around, between which unknown ones may lie
OVERLAP_S = 1.0  # sent twice of one stream alone, while others go on: left out, not put behind


@dataclass(frozen=True, slots=True)
class Fix:
    """What is put right in one stream, by numbers of its packets, in units of the stream.

    offsets  (number from which it holds, what is added), in order
    wild     {number: when it is shown instead}
    """

    offsets: tuple[tuple[int, int], ...] = ()
    wild: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))

    def applied(self, packets: Iterable[av.Packet]) -> Iterator[av.Packet]:
        """All packets of the stream from its first on, with the times that hold."""
        offset, coming, number = 0, iter([*self.offsets, (None, 0)]), 0
        at, following = next(coming)
        for packet in packets:
            if packet.size:
                while number == at:
                    offset = following
                    at, following = next(coming)
                if number in self.wild:
                    packet.pts = packet.dts = self.wild[number] + offset
                else:
                    packet.pts = None if packet.pts is None else packet.pts + offset
                    packet.dts = None if packet.dts is None else packet.dts + offset
                number += 1
            yield packet

    def offset(self, number: int) -> int:
        """What is added to the stamp of a packet."""
        return next((added for at, added in reversed(self.offsets) if at <= number), 0)


@dataclass(frozen=True, slots=True)
class Clock:
    """What is put right in a file: {index of a stream: Fix}; where nothing is, a stream has none.

    zero  the time that counts as 0, s by the container's own clock; None: what the container says
    """

    fixes: Mapping[int, Fix] = field(default_factory=lambda: MappingProxyType({}))
    zero: float | None = None


PLAIN = Clock()  # of a file whose clock is right


@dataclass(frozen=True, slots=True)
class Step:
    """Where the clock of a stream steps: before the line of that number, by so many s."""

    stream: int
    line: int
    position: int
    by: float


def fixes(
    streams: Mapping[int, Stamps], bases: Mapping[int, float], resets: bool
) -> dict[int, Fix]:
    """What is to be put right in streams of one file: {index: Stamps} -> {index: Fix}.

    bases   the unit of each, s
    resets  whether a clock of this container may be set anew, forward too, as in broadcasts

    Where the clock steps back, all streams that step together go on where the last of them ended;
    so they do where all step forward by more than a pause and the container's clock may do so.
    """
    offsets: dict[int, list[tuple[int, float]]] = {index: [] for index in streams}
    for group in _together(_steps(streams, bases)):
        if _is_step(group, streams, resets):
            _join(group, streams, bases, offsets)
    found = {}
    for index, stamps in streams.items():
        ticks = tuple((number, round(s / bases[index])) for number, s in offsets[index])
        joined = {number for number, _ in ticks}
        real = [one for one in stamps.wild if not _behind_pause(one, stamps, joined)]
        wild = {number: at for one in real for number, at in _placed(one, stamps)}
        if ticks or wild:
            found[index] = Fix(ticks, wild)
    return found


def _behind_pause(wild: Wild, stamps: Stamps, joined: Collection[int]) -> bool:
    """Whether pictures are shown behind a step that is a pause, and so when they say."""
    following = stamps.lines[wild.line + 1 :][:1]
    return wild.ahead and any(line.opening.number not in joined for line in following)


def _steps(streams: Mapping[int, Stamps], bases: Mapping[int, float]) -> list[Step]:
    found = [
        Step(index, line, b.opening.position, (b.begin - a.end) * bases[index])
        for index, stamps in streams.items()
        for line, (a, b) in enumerate(pairwise(stamps.lines), start=1)
    ]
    return sorted(found, key=lambda step: step.position)


def _together(steps: Iterable[Step]) -> list[list[Step]]:
    groups: list[list[Step]] = []
    for step in steps:
        fits = [
            group
            for group in groups[-2:]
            if all(step.stream != one.stream for one in group)
            and abs(step.by - group[0].by) < TOGETHER_S
        ]
        if fits:
            fits[0].append(step)
        else:
            groups.append([step])
    return groups


def _is_step(group: list[Step], streams: Mapping[int, Stamps], resets: bool) -> bool:
    """Whether the clock was set anew, and not: a pause, or a little that was sent twice."""
    stepping = {step.stream for step in group}
    first, last = group[0].position, group[-1].position
    others = [
        stamps
        for index, stamps in streams.items()
        if index not in stepping
        and stamps.lines[0].opening.position < first
        and stamps.lines[-1].position > last
    ]
    if group[0].by > 0:
        return resets and not others
    return not others or any(step.by < -OVERLAP_S for step in group)


def _join(
    group: list[Step],
    streams: Mapping[int, Stamps],
    bases: Mapping[int, float],
    offsets: dict[int, list[tuple[int, float]]],
) -> None:
    """Add to `offsets` (s) what has the streams of a group go on where the last of them ended."""
    ends, begins = [], []
    for step in group:
        lines, base = streams[step.stream].lines, bases[step.stream]
        so_far = offsets[step.stream][-1][1] if offsets[step.stream] else 0.0
        ends.append(lines[step.line - 1].end * base + so_far)
        begins.append(lines[step.line].begin * base)
    added = max(end - begin for end, begin in zip(ends, begins, strict=True))
    for step in group:
        number = streams[step.stream].lines[step.line].opening.number
        offsets[step.stream].append((number, added))
    for index, stamps in streams.items():
        if stamps.lines[0].opening.position > group[0].position:  # it begins on the new clock
            offsets[index] = [(0, added)]


def _placed(wild: Wild, stamps: Stamps) -> Iterator[tuple[int, int]]:
    """Packets whose stamps are wild, and when they are shown: before all others, behind, or where
    those around them leave the place of a picture free."""
    times, count = sorted(set(wild.around)), len(wild.packets)
    lasts = [packet.end - packet.begin for packet in wild.packets]
    apart = [b - a for a, b in pairwise(times)]
    usual = median_low(apart) if apart else max(lasts[0], 1)
    whole = times[EDGE if wild.preceded >= AROUND else 0 :][: None if wild.missing else -EDGE]
    free = [(a, b) for a, b in pairwise(whole) if b - a > 1.5 * usual]
    line = stamps.lines[wild.line]
    if wild.before is None:
        begin, step = line.begin - count * usual, usual
    elif free:
        before = wild.before
        a, b = min(free, key=lambda gap: abs(gap[1] - before))
        step = (b - a) // (count + 1)
        begin = a + step
    else:  # where it would be by what was decoded before; at the end of a line, behind all
        begin, step = line.end if wild.missing else wild.before, max(lasts[0], 1)
    for place, packet in enumerate(wild.packets):
        yield packet.number, begin + place * step
