"""When packets are shown whose stamps are wild."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from itertools import pairwise, takewhile
from statistics import median_low

from features.media.lines import AROUND, Wild
from features.media.stamps import Stamps

EDGE = 4  # times at either end of those around, between which unknown ones may lie


def placed(wild: Wild, stamps: Stamps) -> Iterator[tuple[int, int]]:
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


def behind_pause(wild: Wild, stamps: Stamps, joined: Collection[int]) -> bool:
    """Whether pictures are shown behind a step that is a pause, and so when they say."""
    following = stamps.lines[wild.line + 1 :][:1]
    return wild.ahead and any(line.opening.number not in joined for line in following)


def end_of(stamps: Stamps, line: int) -> int:
    """When a line ends, with those of its wild packets that are put behind it."""
    last = stamps.wild[bisect_left(stamps.wild, line, key=lambda one: one.line) :]
    here = [one for one in takewhile(lambda one: one.line == line, last) if not one.ahead]
    lasts = [max(1, one.packets[0].end - one.packets[0].begin) for one in here]
    ends = [at + s for one, s in zip(here, lasts, strict=True) for _, at in placed(one, stamps)]
    return max([stamps.lines[line].end, *ends])
