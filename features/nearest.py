"""What to say to a name that does not exist: what there is, and which one was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator

MAX_HINTS = 50  # comparing n names with n names takes minutes; the first few will do


def closest(got: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The name that is nearest to what came, if any is near."""
    return next(iter(difflib.get_close_matches(got, list(known), n=1, cutoff=cutoff)), None)


def unknown(what: str, got: str, known: Iterable[str]) -> str:
    """The sentence for a name that does not exist: what there is, and the nearest to what came."""
    known = list(known)
    near = closest(got, known)
    hint = f" Did you mean {near!r}?" if near else ""
    return f"no {what} named {got!r}; there are: {', '.join(known)}.{hint}"


def nearest(got: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """A hint to append to a message: ", nearest: 'val'", or nothing when nothing is near."""
    near = closest(got, known, cutoff)
    return f", nearest: {near!r}" if near else ""


def nearest_of_each(names: Iterable[str], known: Collection[str]) -> Iterator[tuple[str, str]]:
    """(name, hint) for each name, with a hint for the first MAX_HINTS of them only."""
    for place, name in enumerate(names):
        yield name, nearest(name, known) if place < MAX_HINTS else ""
