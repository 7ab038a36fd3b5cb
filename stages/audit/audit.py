"""Audit: everything known of a corpus before training, and the numbers that sum it up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.corpus import SPLITS
from features.track import State
from models.targets import Ranges
from stages.audit.corpus import copies, leaks, shared
from stages.audit.facts import Facts
from stages.audit.features import Outlier
from stages.audit.turned_away import Line, names


@dataclass(frozen=True, eq=False)
class Audit:
    """A corpus.

    facts     of each clip, by id
    late      those of them whose sound does not go with the picture
    rejected  clips that ingest turned away
    unread    files of the corpus that nothing reads
    left_out  {stage or stream: what it could not use of clips}
    kinds     {stream: visual, audio, text or signals}
    targets   {target: its range}
    plane     the two targets of 2-D pictures, or None
    widths    {stream: D}
    dead      {stream: dimensions that never change}
    outliers  {stream: clips unlike the others}
    """

    facts: list[Facts]
    late: list[Facts]
    rejected: list[Line]
    unread: list[Line]
    left_out: Mapping[str, list[Line]]
    kinds: Mapping[str, str]
    targets: Ranges
    plane: tuple[str, str] | None
    widths: dict[str, int]
    dead: dict[str, list[int]]
    outliers: dict[str, list[Outlier]]

    @property
    def splits(self) -> dict[str, list[Facts]]:
        """The sides that have any clip: {split: its clips}."""
        sides = {s: [f for f in self.facts if f.clip.split == s] for s in SPLITS}
        return {split: facts for split, facts in sides.items() if facts}

    @property
    def timed(self) -> list[Facts]:
        """Clips whose sound might be in time with the picture, or not."""
        return [f for f in self.facts if f.lag or (f.shows("visual") and f.shows("audio"))]

    def without(self, kind: str) -> list[Facts]:
        """Clips with a picture (visual) or sound (audio), and not one value in its streams."""
        return [f for f in self.facts if f.lacks(kind)]

    def showing(self, kind: str) -> list[Facts]:
        """Clips with a picture (visual) or sound (audio), where any stream is made of it."""
        return [f for f in self.facts if f.shows(kind)] if kind in self.kinds.values() else []

    def having(self, stream: str) -> list[Facts]:
        """Clips that have a stream."""
        return [f for f in self.facts if f.has(stream)]


def coverage(facts: Iterable[Facts], stream: str) -> float | None:
    """The share of steps with a value, over the clips that have the stream; None if none has."""
    return _ok(f.states[stream] for f in facts if f.has(stream))


def labelled(facts: Iterable[Facts], target: str) -> float:
    """The share of steps with a label of a target, of all clips."""
    return _ok(f.labelled[target] for f in facts) or 0.0


def values(facts: Iterable[Facts], *targets: str) -> np.ndarray:
    """Labels of the steps that are labelled in all of some targets, (N, how many)."""
    each = [np.column_stack([f.labels[t] for t in targets]) for f in facts]
    found = np.concatenate(each)
    return found[np.isfinite(found).all(axis=1)]


def _ok(states: Iterable[np.ndarray]) -> float | None:
    """Counts of State (S,) of each clip -> the share of all steps that is ok."""
    total = np.sum([np.zeros(len(State)), *states], axis=0)
    return float(total[State.OK] / total.sum()) if total.sum() else None


def numbers(audit: Audit) -> dict[str, Any]:
    """What `dvc metrics diff` compares: counts, shares from 0 to 1, seconds; the page has more."""
    clips = [f.clip for f in audit.facts]
    faceless = [f.faceless for f in audit.showing("visual")]
    covered = {s: coverage(audit.facts, s) for s in audit.widths}
    return {
        "clips": len(clips),
        "rejected": len(names(audit.rejected)),
        "unread": len(audit.unread),
        "left_out": sum(len(names(lines)) for lines in audit.left_out.values()),
        "doubtful": sum(bool(clip.info.doubts) for clip in clips),
        "mended": sum(clip.info.mended for clip in clips),
        "leaks": len(leaks(clips)),
        "copies": len(copies(clips)),
        "shared_subjects": len(shared(clips)),
        "without_face": len(audit.without("visual")),
        "without_sound": len(audit.without("audio")),
        "longest_without_face_s": round(max((b - a for a, b in faceless), default=0.0), 3),
        "late": len(audit.late),
        "outliers": sum(map(len, audit.outliers.values())),
        "dead_dimensions": sum(map(len, audit.dead.values())),
        "clips_with": {s: len(audit.having(s)) for s in audit.widths},
        "coverage": {s: round(share, 4) for s, share in covered.items() if share is not None},
        "labelled": {
            split: {t: round(labelled(facts, t), 4) for t in audit.targets}
            for split, facts in audit.splits.items()
        },
    }
