"""Packets whose time stamps follow one another, and such as follow nothing."""

from __future__ import annotations

from dataclasses import dataclass

AROUND = 16  # packets on either side of a wild stamp, among which its own place is looked for


@dataclass(frozen=True, slots=True)
class Packet:
    """Where a packet stands and when it is, in units of the stream.

    number  in its stream, from 0; position  among all packets of the file
    stamp   by which packets are in order: dts where the file keeps it; begin, end  when shown
    """

    number: int
    position: int
    stamp: int
    begin: int
    end: int


@dataclass(slots=True)
class Line:
    """Packets that follow one another: the first, how many, and from when to when they last."""

    opening: Packet
    begin: int
    end: int
    latest: int  # stamp up to which it has come, with what the last packet lasts
    shown: int  # when the last of its pictures is shown
    count: int = 0
    again: int = 0  # packets that begin when the one before does
    position: int = 0  # of its last packet

    def add(self, position: int, stamp: int, begin: int, end: int) -> None:
        self.count += 1
        self.position = position
        if begin < self.begin:
            self.begin = begin
        if begin == self.shown and self.count > 1:
            self.again += 1
        if begin >= self.shown:  # how long another lasts is told by the order of decoding
            self.shown = begin
            self.end = max(self.end, end)
        if (latest := stamp + end - begin) > self.latest:
            self.latest = latest


@dataclass(slots=True)
class Wild:
    """Packets whose stamps follow nothing, and the times shown around them, sorted when asked.

    line    the number of the line that they are in
    ahead   they would be shown long after they are decoded: behind a step of the clock, or never
    before  the end of what came before; None: they come first
    """

    packets: list[Packet]
    line: int
    before: int | None
    around: list[int]
    preceded: int  # how many of those came before
    ahead: bool = False
    stamped: bool = True
    missing: int = AROUND  # times behind them that are still to come
