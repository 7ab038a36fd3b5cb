"""The tables of the audit."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from features.track import State
from stages.audit.audit import Audit, coverage, labelled
from stages.audit.check import Check, first
from stages.audit.clips import spelled
from stages.audit.corpus import copies, reasons
from stages.audit.facts import Facts
from stages.audit.table import percent, table

NAMED, FEW = 200, 20  # names in a cell: of clips, of dimensions or those away for one reason


def limits(found: Iterable[Check]) -> str:
    """Every limit, whether it is kept, and who breaks it."""
    rows = []
    for c in found:
        verdict = "BROKEN" if c.broken else "kept"
        verdict = "not checked" if c.allowed is None or c.found is None else verdict
        rows.append([c.about, verdict, c.measured, c.bound, c.key, first(c.who, NAMED)])
    return table("limits", ("what", "", "found", "limit", "audit. in params.yaml", "who"), rows)


def splits(audit: Audit) -> str:
    """Clips, hours, labels and coverage of each side."""
    rows = []
    for split, facts in audit.splits.items():
        hours = sum(f.clip.info.duration for f in facts) / 3600
        people = len({f.clip.subject for f in facts})
        covered = [percent(coverage(facts, m)) for m in audit.widths]
        counts = [str(len(facts)), str(people), f"{hours:.2f}"]
        rows.append([split, *counts, percent(labelled(facts)), *covered, *_moments(facts)])
    titles = ["split", "clips", "subjects", "hours", "labelled", *audit.widths]
    return table("splits", [*titles, "valence", "arousal"], rows)


def _moments(facts: Iterable[Facts]) -> list[str]:
    labels = np.concatenate([f.labels for f in facts])
    if not len(labels):
        return ["", ""]
    return [
        f"{m:.2f} ± {s:.2f}" for m, s in zip(labels.mean(axis=0), labels.std(axis=0), strict=True)
    ]


def states(audit: Audit) -> str:
    """Why there is no value: the share of all steps in each state that occurs."""
    totals = {
        m: np.sum([f.states[m] for f in audit.facts], axis=0) for m in (*audit.widths, "labels")
    }
    occur = [s for s in State if any(total[s] for total in totals.values())]
    rows = [
        [m, *(percent(t[s] / t.sum(), 1) if t[s] else "" for s in occur)] for m, t in totals.items()
    ]
    return table("states", ["", *map(spelled, occur)], rows)


def unlike(audit: Audit) -> str:
    """Clips whose features are unlike the others', and dimensions that never change."""
    rows = [
        [o.clip, m, str(o.dimension), f"{o.spreads:.1f}"]
        for m, found in audit.outliers.items()
        for o in found
    ]
    dead = [
        [m, str(audit.widths[m]), str(len(found)), first([str(d) for d in found], FEW)]
        for m, found in audit.dead.items()
    ]
    far = table("unlike", ("clip", "modality", "dimension", "spreads off"), rows)
    return f"<h3>Clips unlike the others</h3>{far}<h3>Dimensions that never change</h3>" + table(
        "never change", ("modality", "dimensions", "never change", "which"), dead
    )


def rejected(audit: Audit) -> str:
    """Those turned away, by reason, with the first few names."""
    rows = []
    for reason, those in reasons(audit.rejected).items():
        rows.append([reason, str(len(those)), first([r["clip"] for r in those], FEW)])
    return table("turned away", ("reason", "clips", "which"), rows)


def alike(audit: Audit) -> str:
    """Clips that are copies of each other, leaks or not."""
    groups = copies(f.clip for f in audit.facts)
    rows = [[g[0].sha256[:12], ", ".join(f"{c.id} ({c.split})" for c in g)] for g in groups]
    return table("copies", ("media digest", "clips"), rows)
