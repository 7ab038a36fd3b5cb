"""Targets: what is predicted, by name, each in a range of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Range = tuple[float, float]  # low, high
Ranges = Mapping[
    str, Range
]  # {target: its range}, in the order of labels' and predictions' columns

MEAN = "mean"  # the mean over targets, which is scored beside them


def measured(targets: Iterable[str]) -> tuple[str, ...]:
    """What is scored: each target, and their mean."""
    return (*targets, MEAN)


def shown(targets: Iterable[str]) -> tuple[str, ...]:
    """What tables and charts show: what is scored, but a single target without its mean."""
    names = tuple(targets)
    return names if len(names) == 1 else measured(names)
