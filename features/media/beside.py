"""What a file holds beside the streams that are seen and heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import av
from av.container import InputContainer
from av.stream import Stream

from features.media.passes import Pass


class Beside:
    """The streams of a file that are neither seen nor heard: where they begin, and when the last
    of them ends, s by the container's own clock."""

    def __init__(self, container: InputContainer, chosen: Sequence[Stream]) -> None:
        known = {stream.index for stream in chosen}
        self.streams = [stream for stream in container.streams if stream.index not in known]
        self.end = 0.0
        self._first: dict[int, int] = {}

    def see(self, packet: av.Packet, position: int) -> None:
        """A packet of such a stream at a position among all of the file."""
        if packet.pts is not None:
            end = packet.pts + (packet.duration or 0)
            self.end = max(self.end, float(end * packet.time_base))
        if packet.stream.type in ("video", "audio"):
            self._first.setdefault(packet.stream_index, position)

    def doubts(self, chosen: Iterable[Pass], length: float) -> list[str]:
        """That a file goes on in other streams where those that were chosen end, after s."""
        ends = [one.ending for one in chosen]
        if not ends or not any(first > max(ends) for first in self._first.values()):
            return []
        return [f"after {length:.2f} s it goes on in other streams, which are not read"]
