"""The tables of the audit."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from features.track import State
from stages.audit.audit import Audit, coverage
from stages.audit.check import Check, first
from stages.audit.clips import moments, spelled
from stages.audit.corpus import copies
from stages.audit.table import percent, table

NAMED, FEW = 200, 20  # names in a cell: of clips, of dimensions


def limits(found: Iterable[Check]) -> str:
    """Every limit, whether it is kept, and who breaks it."""
    rows = []
    for c in found:
        verdict = "BROKEN" if c.broken else "kept"
        verdict = "not checked" if c.allowed is None or c.found is None else verdict
        rows.append([c.about, verdict, c.measured, c.bound, c.key, first(c.who, NAMED)])
    return table("limits", ("what", "", "found", "limit", "audit. in params.yaml", "who"), rows)


def splits(audit: Audit) -> str:
    """Clips, hours, coverage and labels of each side."""
    rows = []
    for split, facts in audit.splits.items():
        hours = sum(f.clip.info.duration for f in facts) / 3600
        people = len({f.clip.subject for f in facts})
        covered = [percent(coverage(facts, s)) for s in audit.widths]
        labels = [moments(facts, t, "\n") for t in audit.targets]
        counts = [str(len(facts)), str(people), f"{hours:.2f}"]
        rows.append([split, *counts, *covered, *labels])
    titles = ["split", "clips", "subjects", "hours", *audit.widths, *audit.targets]
    text = (
        "Of streams, the share of steps with a value, among clips that have the stream at all; of "
        "targets, the share of steps with a label, its mean and standard deviation."
    )
    return f"<p>{text}</p>{table('splits', titles, rows)}"


def states(audit: Audit) -> str:
    """Why there is no value: the share of all steps in each state that occurs."""
    each = [{**f.states, **f.labelled} for f in audit.facts]
    totals = {m: np.sum([one[m] for one in each], axis=0) for m in (*audit.widths, *audit.targets)}
    occur = [s for s in State if any(total[s] for total in totals.values())]
    rows = [
        [m, *(percent(t[s] / t.sum(), 1) if t[s] else "" for s in occur)] for m, t in totals.items()
    ]
    return table("states", ["", *map(spelled, occur)], rows)


def unlike(audit: Audit) -> str:
    """Clips whose features are unlike the others', and dimensions that never change."""
    rows = [
        [o.clip, stream, str(o.dimension), f"{o.spreads:.1f}"]
        for stream, found in audit.outliers.items()
        for o in found
    ]
    dead = [
        [stream, str(audit.widths[stream]), str(len(found)), first(list(map(str, found)), FEW)]
        for stream, found in audit.dead.items()
    ]
    far = table("unlike", ("clip", "stream", "dimension", "spreads off"), rows)
    return f"<h3>Clips unlike the others</h3>{far}<h3>Dimensions that never change</h3>" + table(
        "never change", ("stream", "dimensions", "never change", "which"), dead
    )


def alike(audit: Audit) -> str:
    """Clips that are copies of each other, leaks or not."""
    groups = copies(f.clip for f in audit.facts)
    rows = [[g[0].sha256[:12], ", ".join(f"{c.id} ({c.split})" for c in g)] for g in groups]
    return table("copies", ("media digest", "clips"), rows)
