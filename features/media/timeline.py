"""How long a file lasts and what its clock is, by its packets: what headers say may be a guess.

A pass over all packets, without decoding. A player counts from the first moment that is presented,
which is 0 here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Stream

from features.media.beside import Beside
from features.media.choosing import PLAYERS, Choice, chosen
from features.media.clock import PLAIN, Clock, Fix
from features.media.container import MediaError, demuxed, opened, start_of
from features.media.doubts import cut_off, of_stamps, shared
from features.media.joining import fixes
from features.media.passes import Pass, begin

SETS_ANEW = 0x0200  # AVFMT_TS_DISCONT: containers whose clock may be set anew, as in broadcasts
EXACT = ("mov", "wav", "matroska", "avi", "flac", "asf", "w64", "aiff", "caf")  # their headers tell
KEPT = 32  # files, whose many clips are asked for one after the other
NEAR_S = 0.1  # by which a header and its packets differ in every file: padding, rounding


@dataclass(frozen=True, slots=True)
class Timeline:
    """The clock of a file, how long it lasts in s, and what it says that is not so."""

    clock: Clock
    duration: float
    doubts: tuple[str, ...]


def timeline(container: InputContainer, streams: Sequence[Stream]) -> Timeline:
    """The timeline of the streams that are seen and heard. Raises MediaError for a clock that
    cannot be followed, or a file that cannot be read to its end.
    """
    passes = {stream.index: begin(container, stream) for stream in streams}
    beside = Beside(container, streams)
    broken: list[str] = []
    for position, packet in enumerate(demuxed(container, [*streams, *beside.streams], broken)):
        if packet.size:
            one = passes.get(packet.stream_index)
            if one is None:
                beside.see(packet, position)
            else:
                one.see(packet, position)
    for one in passes.values():
        one.close()
    found = {index: one for index, one in passes.items() if one.stamps.lines}
    if broken and not found:
        raise MediaError(f"not one packet of it can be read: {broken[0]}")
    for index, one in found.items():
        one.stamps.close(_others(found, index))
    bases = {index: one.base for index, one in found.items()}
    resets = bool(container.format.flags & SETS_ANEW)
    fixed = fixes({index: one.stamps for index, one in found.items()}, bases, resets)
    zero = _zero(container, found, fixed)
    ends = [_last(one, fixed.get(index, Fix())) for index, one in found.items()]
    length = max(ends, default=zero) - zero
    clock = Clock(fixed, zero) if fixed else PLAIN
    told = container.duration / av.time_base if container.duration else None
    doubts = (
        *(f"it cannot be read beyond {length:.2f} s: {reason}" for reason in broken),
        *_contradictions(container, told, max(length, beside.end - zero), zero, found, fixed),
        *beside.doubts(found.values(), length),
    )
    slack = max((one.slack * one.base for one in found.values()), default=0.0)
    return Timeline(clock, round(_agreed(told, length, zero, slack), 6), doubts)


def _others(found: dict[int, Pass], index: int) -> tuple[float, float] | None:
    """When the other streams last, in units of this one."""
    lines = [
        (line.begin * one.base, line.end * one.base)
        for other, one in found.items()
        if other != index
        for line in one.stamps.lines
    ]
    if not lines:
        return None
    base = found[index].base
    return min(a for a, _ in lines) / base, max(b for _, b in lines) / base


def measured(path: Path, choice: Choice = PLAYERS) -> Timeline:
    """The timeline of a file, remembered as long as it does not change. Raises MediaError."""
    try:
        stat = path.stat()
    except OSError:
        return _measured(path, choice, 0, 0)  # opening it tells why
    return _measured(path, choice, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=KEPT)
def _measured(path: Path, choice: Choice, *_: int) -> Timeline:
    with opened(path) as container:
        return timeline(container, list(chosen(container, choice)))


def zero_of(container: InputContainer, clock: Clock) -> float:
    """The time that counts as 0, s by the container's own clock."""
    return start_of(container) if clock.zero is None else clock.zero


def _zero(container: InputContainer, found: dict[int, Pass], fixed: dict[int, Fix]) -> float:
    """What the container says, unless that is a wild stamp."""
    told = start_of(container)
    firsts = [
        (one.stamps.lines[0].begin + fixed.get(index, Fix()).offset(0)) * one.base
        for index, one in found.items()
    ]
    first = min(firsts, default=told)
    wild = any(0 in fix.wild for fix in fixed.values())
    return first if wild and abs(told - first) > NEAR_S else told


def _last(one: Pass, fix: Fix) -> float:
    """When a stream ends, s by the container's own clock."""
    lines = one.stamps.lines
    ends = [line.end + fix.offset(line.opening.number) for line in lines]
    ends += [at + fix.offset(number) + one.usual for number, at in fix.wild.items()]
    return max(ends) * one.base


def _agreed(told: float | None, length: float, zero: float, slack: float) -> float:
    """What the header tells, where the packets say so, too: it knows of padding and edits, and by
    up to `slack` s of how long the last packet lasts."""
    for candidate in () if told is None else (told, told - zero):
        if -NEAR_S <= candidate - length <= NEAR_S + slack:
            return candidate
    return length


def _contradictions(
    container: InputContainer,
    told: float | None,
    length: float,
    zero: float,
    found: dict[int, Pass],
    fixed: dict[int, Fix],
) -> Iterator[str]:
    exact = container.format.name.startswith(EXACT)
    if exact and told is not None and found:
        candidates = (told, told - start_of(container), told - zero)
        slack = max(one.slack * one.base for one in found.values())
        yield from cut_off(min(candidates, key=lambda s: abs(s - length)), length, slack)
    for index, one in found.items():
        first = (one.stamps.lines[0].begin + fixed.get(index, Fix()).offset(0)) * one.base
        yield from of_stamps(one, _last(one, fixed.get(index, Fix())) - first)
        yield from shared(one)
