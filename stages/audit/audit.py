"""Audit: everything known of a corpus before training, and the numbers that sum it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from features.corpus import SPLITS
from features.track import State
from stages.audit.corpus import Rejected, copies, leaks, shared
from stages.audit.facts import Facts
from stages.audit.features import Outlier


@dataclass(frozen=True, eq=False)
class Audit:
    """A corpus.

    facts     of each clip, by id
    late      those of them whose sound does not go with the picture
    widths    {modality: D}
    dead      {modality: dimensions that never change}
    outliers  {modality: clips unlike the others}
    """

    facts: list[Facts]
    late: list[Facts]
    rejected: list[Rejected]
    widths: dict[str, int]
    dead: dict[str, list[int]]
    outliers: dict[str, list[Outlier]]

    @property
    def splits(self) -> dict[str, list[Facts]]:
        """The sides that have any clip: {split: its clips}."""
        sides = {s: [f for f in self.facts if f.clip.split == s] for s in SPLITS}
        return {split: facts for split, facts in sides.items() if facts}

    def without(self, modality: str) -> list[Facts]:
        """Clips that have a modality, and not one value of it."""
        return [f for f in self.facts if f.covered(modality) == 0]

    def having(self, *modalities: str) -> list[Facts]:
        """Clips that have all of some modalities."""
        return [f for f in self.facts if all(f.has(m) for m in modalities)]


def coverage(facts: list[Facts], modality: str) -> float | None:
    """The share of steps with a value, over the clips that have the modality; None if none has."""
    states = [f.states[modality] for f in facts if f.has(modality)]
    total = np.sum(states, axis=0) if states else np.zeros(len(State))
    return float(total[State.OK] / total.sum()) if total.sum() else None


def labelled(facts: list[Facts]) -> float:
    """The share of steps with a label, of all clips."""
    total = np.sum([f.states["labels"] for f in facts], axis=0)
    return float(total[State.OK] / total.sum())


def numbers(audit: Audit) -> dict[str, Any]:
    """What `dvc metrics diff` compares: counts, shares from 0 to 1, seconds; the page has more."""
    clips = [f.clip for f in audit.facts]
    faceless = [f.faceless for f in audit.having("visual")]
    covered = {m: coverage(audit.facts, m) for m in audit.widths}
    return {
        "clips": len(clips),
        "rejected": len(audit.rejected),
        "leaks": len(leaks(clips)),
        "copies": len(copies(clips)),
        "shared_subjects": len(shared(clips)),
        "without_face": len(audit.without("visual")),
        "without_sound": len(audit.without("audio")),
        "longest_without_face_s": round(max((b - a for a, b in faceless), default=0.0), 3),
        "late": len(audit.late),
        "outliers": sum(map(len, audit.outliers.values())),
        "dead_dimensions": sum(map(len, audit.dead.values())),
        "clips_with": {m: len(audit.having(m)) for m in audit.widths},
        "coverage": {m: round(share, 4) for m, share in covered.items() if share is not None},
        "labelled": {s: round(labelled(facts), 4) for s, facts in audit.splits.items()},
    }
