"""Labels of a clip before the grid: a Track for each target that the clip has labels of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from features.nearest import unknown
from features.shards.record import Record
from features.track import Track

Range = tuple[float, float]  # the lowest and the highest value of a target, in its own units
Ranges = Mapping[str, Range]  # by target, in the order of columns on the grid
Labels = Mapping[str, Track]  # by target, each (T, 1) with times of its own

TYPES = {"times": np.float64, "values": np.float32, "state": np.uint8}


def keep_labels(clip: str, labels: Labels, targets: Sequence[str]) -> Record:
    """The record of a clip's labels, a row for each target: {target: Track (T, 1)} -> Y rows.

    rows    int64 (Y,)  T of each target, 0 where the clip has no labels of it
    times   blobs of T float64; values  of T float32; state  of T uint8

    Raises ValueError for labels of something that is no target, or of more than one value a row.
    """
    for name, track in labels.items():
        if name not in targets:
            raise ValueError(f"clip {clip!r}: {unknown('target', name, targets)}")
        if track.dim != 1:
            shape = track.values.shape
            raise ValueError(f"clip {clip!r}: labels of {name!r} must be (T, 1), got {shape}")
    tracks = [labels[name] for name in targets if name in labels]
    rows = np.array([len(labels[t].times) if t in labels else 0 for t in targets], np.int64)
    ends = np.cumsum(rows, dtype=np.int64)  # (Y,)
    items = {
        name: np.concatenate([np.zeros(0, kind), *(getattr(x, name).reshape(-1) for x in tracks)])
        for name, kind in TYPES.items()
    }
    return Record(clip, "labels", {"rows": rows}, {name: (ends, x) for name, x in items.items()})


def read_labels(record: Record, targets: Sequence[str]) -> dict[str, Track]:
    """The labels of a record of `targets`, as they were kept: those targets that have any.

    Raises ValueError where the record is of another number of targets.
    """
    if len(record) != len(targets):
        raise ValueError(
            f"clip {record.clip!r} has labels of {len(record)} targets, expected {len(targets)}: "
            f"{', '.join(targets)}; run the stage that wrote them again"
        )
    ends = record.blobs["times"][0][:].tolist()
    found = {}
    for name, a, b in zip(targets, [0, *ends], ends, strict=False):
        if b > a:
            values, times, state = (record.blobs[x][1][a:b] for x in ("values", "times", "state"))
            found[name] = Track(values.reshape(-1, 1), times, state)
    return found
