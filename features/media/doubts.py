"""Where a file contradicts itself: what it says, and what it holds."""

from __future__ import annotations

from collections.abc import Collection

from features.media.passes import Pass, sounds

SHARE = 0.03  # by which two figures may differ
COARSE = 20  # units that a packet lasts; rounded, fewer may be out by more than SHARE
LEAST_S = 0.2  # which packets at either end of a clip may make of it


def differ(one: float, other: float) -> bool:
    """Whether two lengths (s) contradict each other."""
    return abs(one - other) > max(SHARE * max(abs(one), abs(other)), LEAST_S)


def cut_off(told: float, length: float, slack: float) -> list[str]:
    """That a header tells of more (s) than there is, `slack` s of which nothing says how long."""
    if told <= length + slack or not differ(told, length):
        return []
    return [f"its header tells of {told:.2f} s, and it holds {length:.2f} s; is it cut off?"]


def shared(one: Pass) -> list[str]:
    """That pictures are shown at one moment, of which only one can be kept."""
    again = sum(line.again for line in one.stamps.lines)
    if sounds(one) or again <= SHARE * one.count:
        return []
    return [f"{again} of its {one.count} pictures have the time of another one"]


def of_stamps(one: Pass, span: float) -> list[str]:
    """That the stamps of a stream, which go over so many s, are not those of what it holds."""
    if one.count < 2:
        return []
    what, amount = ("sound", heard(one)) if sounds(one) else ("pictures", seen(one))
    if amount is None or not differ(amount, span):
        return []
    usual = one.lasting.most_common(1)[0][0]
    if 0 < usual < COARSE and abs(amount - span) <= one.count * one.base:
        return []  # what packets last is told in whole units
    return [f"the time stamps of its {what} go over {span:.2f} s, and there are {amount:.2f} s"]


def heard(one: Pass) -> float | None:
    """How much sound there is, s, by what packets hold, or else by what they say they last."""
    if one.samples:
        seconds = sum(each * count for each, count in one.samples.items())
        return seconds / one.samples.total() * one.count
    if not _said(one.lasting):
        return None
    return sum(ticks * count for ticks, count in one.lasting.items()) * one.base


def seen(one: Pass) -> float | None:
    """How long the pictures last, s, if they do as they say; None: they do.

    Pictures come when they like. What contradicts itself is a rate at which they come, and another
    one that they are said to have.
    """
    if not _said(one.lasting):
        return None
    (lasts, alike), (apart, evenly) = one.lasting.most_common(1)[0], one.apart.most_common(1)[0]
    if 2 * min(alike, evenly) < one.count:
        return None  # as of phones: no two are as far apart
    if abs(lasts - apart) <= max(1, SHARE * lasts):
        return None
    return one.count * lasts * one.base


def _said(lasting: Collection[int]) -> bool:
    return any(lasting)
