"""Traces: valence and arousal that were annotated apart, a file each, joined into one Track."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.corpora.reading.labels import DIMENSIONS, labels_at, times_of
from features.corpora.reading.raters import Gold, fused
from features.corpora.reading.scale import Scale
from features.corpora.reading.tables import Row
from features.corpus import CorpusError
from features.track import Track

SAME = 1e-6  # s; two tables mean the same moment


@dataclass(frozen=True, eq=False, slots=True)
class Trace:
    """The trace of one dimension of a clip: T rows of `file`, with times (T,) s, values (T,)."""

    file: Path
    rows: Sequence[Row]
    times: Sequence[float]
    values: np.ndarray


def trace(
    file: Path,
    rows: Sequence[Row],
    raters: Sequence[str],
    scale: Scale,
    gold: Gold,
    *,
    clock: str = "time",
    unit_s: float = 1.0,
) -> Trace:
    """The gold standard over time, from rows with a time and a column for each rater.

    clock, unit_s  the column of times, and what 1 means in it. Raises CorpusError naming file
    and line.
    """
    times = times_of(rows, clock, unit_s)
    read = [[scale.value(row, rater) for row in rows] for rater in raters]
    ratings = np.array(read, np.float64).reshape(len(raters), len(rows))  # (K, T)
    return Trace(file, rows, times, fused(ratings, gold))


def joined(valence: Trace, arousal: Trace) -> Track:
    """The Track (T, 2) of both dimensions. Raises CorpusError unless their times agree."""
    if len(valence.rows) != len(arousal.rows):
        counts = f"{valence.file} has {len(valence.rows)} rows, but {arousal.file} "
        raise CorpusError(f"{counts}{len(arousal.rows)}; they must be about the same moments")
    apart = np.abs(np.subtract(valence.times, arousal.times)) > SAME
    if apart.any():
        i = int(np.flatnonzero(apart)[0])
        there = f"but {valence.times[i]:g} s in {valence.file} line {valence.rows[i].line}"
        raise arousal.rows[i].error(f"is about {arousal.times[i]:g} s, {there}")
    return labels_at(valence.times, zip(valence.values, arousal.values, strict=True))


def lacking(name: str, files: Mapping[str, Mapping[str, Path]]) -> tuple[Path, str] | None:
    """The file and what is missing, where only one dimension of clip `name` is annotated."""
    have = [d for d in DIMENSIONS if name in files[d]]
    if len(have) != 1:
        return None
    other = DIMENSIONS[1 - DIMENSIONS.index(have[0])]
    return files[have[0]][name], f"has {have[0]}, but no {other} of clip {name!r}"
