"""Streams of one file whose clocks step: what is joined, and what stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from features.media.astray import Step, astray, lead_back
from features.media.clock import Fix
from features.media.stamps import Stamps
from features.media.wild import behind_pause, end_of, placed

TOGETHER_S = 2.0  # streams that step by as much, to within this, step together
OVERLAP_S = 1.0  # sent twice of one stream alone, while others go on: left out, not put behind


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
    steps = _steps(streams, bases)
    wrong = astray(steps, streams)
    for group in _together(steps):
        step = group[0]
        if (step.stream, step.line) in wrong or (step.stream, step.line - 1) in wrong:
            lead_back(step, wrong, streams[step.stream], offsets[step.stream])
        elif _is_step(group, streams, resets):
            _join(group, streams, bases, offsets)
    found = {}
    for index, stamps in streams.items():
        ticks = tuple((number, round(s / bases[index])) for number, s in offsets[index])
        joined = {number for number, _ in ticks}
        real = [one for one in stamps.wild if not behind_pause(one, stamps, joined)]
        wild = {number: at for one in real for number, at in placed(one, stamps)}
        if ticks or wild:
            found[index] = Fix(ticks, wild)
    return found


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
        ends.append(end_of(streams[step.stream], step.line - 1) * base + so_far)
        begins.append(lines[step.line].begin * base)
    added = max(end - begin for end, begin in zip(ends, begins, strict=True))
    for step in group:
        number = streams[step.stream].lines[step.line].opening.number
        offsets[step.stream].append((number, added))
    for index, stamps in streams.items():
        if stamps.lines[0].opening.position > group[0].position:  # it begins on the new clock
            offsets[index] = [(0, added)]
