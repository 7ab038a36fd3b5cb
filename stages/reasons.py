"""Reasons that are alike but for what they name: paths, names and numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
PARTICULAR = re.compile(r"'[^']*'|\"[^\"]*\"|\S*[/\\]\S*|[-+]?\d+(?:\.\d+)?")


def by_reason(items: Iterable[T], reason: Callable[[T], str]) -> list[list[T]]:
    """The items in groups of one kind of reason, the most frequent first."""
    kinds: dict[str, list[T]] = defaultdict(list)
    for item in items:
        kinds[alike(reason(item))].append(item)
    return sorted(kinds.values(), key=len, reverse=True)


def alike(reason: str) -> str:
    """A reason without what it names: the same for all reasons of one kind."""
    return PARTICULAR.sub("…", reason)
