"""The times of a file's packets put right: where its clock steps, and where one stamp is wild."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import av


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
