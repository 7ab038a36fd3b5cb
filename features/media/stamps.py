"""The time stamps of one stream as its packets come: where its clock steps, which stamps are wild.

Stamps that follow one another make a Line. What does not follow is held back until enough of it
has come to tell a clock that steps, which begins a new Line, from a wild stamp, after which the old
Line goes on. Nothing but lines, wild stamps and a few packets is ever in memory.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from features.media.container import MediaError
from features.media.lines import AROUND, Line, Packet, Wild

FEW = 4  # packets in a row; fewer that follow nothing are wild, more are a clock that steps
MOST = 1000  # wild stamps and steps of a stream; a clock with more of them is none
SELDOM = 20  # one packet in so many may lack a stamp in a stream whose packets have one
PAUSE_S = 10.0  # a longer step forward, of one stream or all, may be a clock that was set anew


@dataclass(slots=True)
class Stamps:
    """What is known of a stream's clock.

    back, on   by how much a stamp may lie before or behind what is expected, units of the stream
    far        by how much a packet may be shown after it is decoded, but where there is a pause
    pause      a step forward that is longer begins a line, units of the stream
    lines      each begins where the clock steps
    wild       in order of packets
    """

    back: int
    on: int
    far: int
    pause: int
    lines: list[Line] = field(default_factory=list)
    wild: list[Wild] = field(default_factory=list)
    unstamped: int = 0
    _held: list[Packet] = field(default_factory=list)
    _recent: deque[int] = field(default_factory=lambda: deque(maxlen=AROUND))
    _ahead: list[Wild] = field(default_factory=list)

    def see(self, number: int, position: int, stamp: int, begin: int, end: int) -> None:
        """The next packet, as a Packet has it. Raises MediaError for a clock that nobody can
        follow."""
        if begin - stamp > self.far:
            self._look_ahead(Packet(number, position, stamp, begin, end))
            begin, end = stamp, stamp + end - begin
        if self.lines:
            latest = self.lines[-1].latest
            if latest - self.back <= stamp <= latest + self.on:
                if self._held:
                    self._call_wild(self._held, latest)
                    self._held = []
                self._add(position, stamp, begin, end)
                if self._ahead:
                    self._reach(stamp)
                return
        packet = Packet(number, position, stamp, begin, end)
        if not self.lines:
            self._open(packet)
            return
        self._held.append(packet)
        if len(self._held) > FEW:
            self._settle()

    def close(self, others: tuple[float, float] | None = None) -> None:
        """There is nothing more to come. `others`: when the other streams last, units of this one:
        a last packet far behind them is wild, and so is a first one far before them."""
        held, self._held = self._held, []
        if held and held[0].stamp > self.lines[-1].latest and not self._behind(held[0], others):
            self._go_on(held)
        elif held:
            self._call_wild(held, self.lines[-1].latest)
        if self.unstamped > max(FEW, sum(line.count for line in self.lines) // SELDOM):
            self.wild = [one for one in self.wild if one.stamped]  # decoders know of them, or not
        if len(self.lines) > 1 and self.lines[0].count == 1 and others is not None:
            alone = self.lines[0].opening
            if others[0] > alone.end + self.pause and self.lines[1].begin > alone.end:
                del self.lines[0]
                self.wild = [replace(w, line=max(0, w.line - 1)) for w in self.wild]
                self.wild.insert(0, Wild([alone], 0, None, [self.lines[0].begin], 0))

    def unknown(self, number: int, position: int) -> None:
        """The next packet, which has no stamp: where most have one, it is as good as wild."""
        if self.lines and self.unstamped < MOST:
            at = self.lines[-1].latest
            self._call_wild([Packet(number, position, at, at, at)], at)
            self.wild[-1].stamped = False
        self.unstamped += 1

    def _look_ahead(self, packet: Packet) -> None:
        """A packet that is shown long after it is decoded: in a pause, or its stamp is wild."""
        before = self.lines[-1].latest if self.lines else packet.stamp
        self._call_wild([packet], before)
        self.wild[-1].ahead = True
        self._ahead.append(self.wild[-1])

    def _reach(self, stamp: int) -> None:
        """Decoding has come to a stamp without a step: what is shown then is not wild."""
        here = [one for one in self._ahead if one.missing and one.line == len(self.lines) - 1]
        self._ahead = here
        right = [one for one in here if one.packets[0].begin - self.far <= stamp]
        if not right:
            return
        self.wild = [one for one in self.wild if all(one is not other for other in right)]
        self._ahead = [one for one in here if all(one is not other for other in right)]

    def _behind(self, packet: Packet, others: tuple[float, float] | None) -> bool:
        return others is not None and packet.begin > others[1] + self.pause

    def _open(self, packet: Packet) -> None:
        begin, end = packet.begin, packet.end
        self.lines.append(Line(packet, begin, end, packet.stamp, begin))
        if len(self.lines) > MOST:
            raise MediaError(f"its clock steps more than {MOST} times, so nothing says when it is")
        self._take(packet)

    def _take(self, packet: Packet) -> None:
        self._add(packet.position, packet.stamp, packet.begin, packet.end)

    def _add(self, position: int, stamp: int, begin: int, end: int) -> None:
        self.lines[-1].add(position, stamp, begin, end)
        self._recent.append(begin)
        if self.wild and self.wild[-1].missing and self.wild[-1].line == len(self.lines) - 1:
            self.wild[-1].missing -= 1
            self.wild[-1].around.append(begin)

    def _call_wild(self, packets: list[Packet], before: int | None) -> None:
        around = [] if before is None else list(self._recent)
        self.wild.append(Wild(packets, len(self.lines) - 1, before, around, len(around)))
        if len(self.wild) > self.unstamped + MOST:
            raise MediaError(f"more than {MOST} of its time stamps are wild")

    def _settle(self) -> None:
        """Enough packets that do not follow: of them, those at the end that follow each other."""
        held, self._held = self._held, []
        first, here = len(held) - 1, self.lines[-1].latest - self.back
        while first and held[first].stamp >= held[first - 1].stamp - self.back:
            if held[first - 1].stamp < here <= held[first].stamp:
                break  # back where the line was before a few that are wild
            first -= 1
        stray, going_on = held[:first], held[first:]
        if len(going_on) < 2:  # one more packet tells whether the last of them is wild, too
            if len(held) > 2 * FEW:
                self._call_wild(held[:1], self.lines[-1].latest)
                held = held[1:]
            self._held = held
            return
        if stray:
            self._call_wild(stray, self.lines[-1].latest)
        if len(self.lines) == 1 and self.lines[0].count == 1 and self._is_back(going_on[0]):
            alone = self.lines.pop().opening
            self._recent.clear()
            self._open(going_on[0])
            self._call_wild([alone], None)
            for packet in going_on[1:]:
                self._take(packet)
        else:
            self._go_on(going_on)

    def _is_back(self, packet: Packet) -> bool:
        return packet.stamp < self.lines[-1].latest

    def _go_on(self, packets: list[Packet]) -> None:
        """Packets that follow each other, and what came before at most in a pause."""
        ahead = packets[0].stamp - self.lines[-1].latest
        if ahead < 0 or ahead > self.pause:
            self._recent.clear()
            self._open(packets[0])
            packets = packets[1:]
        for packet in packets:
            self._take(packet)
