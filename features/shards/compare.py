"""How two sets of shards differ, in lines of text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.shards.reading import Shards
from features.shards.record import Record, canonical


def diff(one: Shards, two: Shards) -> Iterator[str]:
    """One line a difference, none if they hold the same: what made them, clips, columns."""
    for name in sorted({*one.meta, *two.meta}):
        a, b = one.meta.get(name), two.meta.get(name)
        if a != b:
            yield f"made with another {name}: {canonical(a)} | {canonical(b)}"
    for here, there in ((one, two), (two, one)):
        for clip in here:
            if clip not in there:
                yield f"only in {here.folder}: {clip}"
    largest: dict[str, float] = {}
    for clip in one:
        if clip in two and one.content(clip) != two.content(clip):
            found = "; ".join(_arrays(one[clip], two[clip], largest))
            yield f"differs: {clip}: {found}"
    if largest:
        sizes = ", ".join(f"{name} {size:.6g}" for name, size in sorted(largest.items()))
        yield f"largest absolute difference: {sizes}"


def _arrays(one: Record, two: Record, largest: dict[str, float]) -> Iterator[str]:
    """What differs between two records; raises `largest` where a column differs by more."""
    here, there = one.arrays(), two.arrays()
    for full in sorted({*here, *there}):
        name = full.removeprefix("rows/")
        if full not in here or full not in there:
            yield f"only one has {name}"
            continue
        a, b = here[full][:], there[full][:]
        if a.shape != b.shape or a.dtype != b.dtype:
            yield f"{name}: {a.dtype} {a.shape} | {b.dtype} {b.shape}"
        elif a.tobytes() != b.tobytes() and full.startswith("blobs/"):
            yield f"{name}: other bytes"
        elif a.tobytes() != b.tobytes():
            size, alone = _difference(a, b)
            largest[name] = max(largest.get(name, 0.0), size)
            yield f"{name} by up to {size:.6g}" + (f", {alone} only in one" if alone else "")


def _difference(a: np.ndarray, b: np.ndarray) -> tuple[float, int]:
    """The largest absolute difference where both have a number, and where only one has one."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    both = np.isfinite(x) & np.isfinite(y)
    alone = int((np.isfinite(x) != np.isfinite(y)).sum())
    return float(np.max(np.abs(x[both] - y[both]), initial=0.0)), alone
