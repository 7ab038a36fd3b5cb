"""Where a file contradicts itself: what it says, and what it holds."""

from __future__ import annotations

from collections.abc import Collection

from features.media.passes import Pass, sounds

SHARE = 0.03  # by which two figures may differ
LEAST_S = 0.2  # which packets at either end of a clip may make of it


def differ(one: float, other: float) -> bool:
    """Whether two lengths (s) contradict each other."""
    return abs(one - other) > max(SHARE * max(abs(one), abs(other)), LEAST_S)


def cut_off(told: float, length: float, slack: float) -> list[str]:
    """That a header tells of more (s) than there is, `slack` s of which nothing says how long."""
    if told <= length + slack or not differ(told, length):
        return []
    return [f"its header tells of {told:.2f} s, and it holds {length:.2f} s; is it cut off?"]


def of_stamps(one: Pass, span: float) -> list[str]:
    """That the stamps of a stream, which go over so many s, are not those of what it holds."""
    if one.count < 2:
        return []
    what, amount = ("sound", heard(one)) if sounds(one) else ("pictures", seen(one))
    if amount is None or not differ(amount, span):
        return []
    return [f"the time stamps of its {what} go over {span:.2f} s, and there are {amount:.2f} s"]


def heard(one: Pass) -> float | None:
    """How much sound there is, s, by what packets hold, or else by what they say they last."""
    if one.samples:
        each = one.samples.most_common(1)[0][0]
        return each * one.count
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
    lasts, apart = one.lasting.most_common(1)[0][0], one.apart.most_common(1)[0][0]
    if abs(lasts - apart) <= max(1, SHARE * lasts):
        return None
    return one.count * lasts * one.base


def _said(lasting: Collection[int]) -> bool:
    return any(lasting)
