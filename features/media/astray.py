"""Stretches of a stream whose clock goes off and comes back by itself: wild stamps in a row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from features.media.lines import AROUND
from features.media.stamps import Stamps

BACK_S = 0.2  # a clock that goes off by so many s and back by as many, to within this, was wrong


@dataclass(frozen=True, slots=True)
class Step:
    """Where the clock of a stream steps: before the line of that number, by so many s."""

    stream: int
    line: int
    position: int
    by: float


def astray(steps: Sequence[Step], streams: Mapping[int, Stamps]) -> set[tuple[int, int]]:
    """The lines, as (stream, line), of a stream whose clock goes off and comes back by itself, or
    of its first packets, while no other stream steps."""
    found: set[tuple[int, int]] = set()
    for index, stamps in streams.items():
        others = [other for at, other in streams.items() if at != index]
        if any(len(other.lines) > 1 for other in others):
            continue
        own = [step for step in steps if step.stream == index]
        if own and others and own[0].by < 0 and stamps.lines[0].count <= AROUND:
            found.add((index, 0))
        for off, back in pairwise(own):
            if abs(off.by + back.by) < BACK_S and (index, off.line - 1) not in found:
                found.add((index, off.line))
    return found


def lead_back(
    step: Step,
    wrong: Collection[tuple[int, int]],
    stamps: Stamps,
    offsets: list[tuple[int, float]],
) -> None:
    """Add to `offsets` (s) what puts a line that is astray behind the one before it, or, if it is
    the first, before the next one; and what holds again behind it."""
    number = stamps.lines[step.line].opening.number
    if (step.stream, step.line) in wrong:
        so_far = offsets[-1][1] if offsets else 0.0
        offsets.append((number, so_far - step.by))
        return
    if step.line == 1:
        offsets.append((0, step.by))
    offsets.append((number, offsets[-2][1] if len(offsets) > 1 and step.line > 1 else 0.0))
