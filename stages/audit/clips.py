"""The table of every clip of the audit."""

from __future__ import annotations

from collections.abc import Sequence

from features.track import State
from stages.audit.audit import Audit, labelled, values
from stages.audit.facts import Facts
from stages.audit.table import percent, table

TOLD = 0.9  # confidence below which the table is silent about an offset


def clips(audit: Audit) -> str:
    """Every clip: what it has, what it lacks."""
    far = {o.clip for found in audit.outliers.values() for o in found}
    seen = ["longest without a face"] if "visual" in audit.kinds.values() else []
    rows = []
    for f in audit.facts:
        clip, (a, b) = f.clip, f.faceless
        flaws = [word for word, k in (("no face", "visual"), ("no sound", "audio")) if f.lacks(k)]
        flaws += ["doubtful"] * bool(clip.info.doubts) + ["mended"] * clip.info.mended
        flaws += ["late"] * (f in audit.late) + ["unlike others"] * (clip.id in far)
        shares = [_why(f, s) for s in audit.widths]
        labels = [moments([f], t) for t in audit.targets]
        lost = [f"{b - a:.1f} s from {a:.1f}" if f.shows("visual") and b > a else ""] * len(seen)
        told = f.lag if f.lag and f.lag.confidence >= TOLD else None
        offset = f"{told.seconds:+.2f} s ({told.confidence:.3f})" if told else ""
        about = [clip.split or "", clip.subject, f"{clip.info.duration:.1f}"]
        rows.append([clip.id, ", ".join(flaws), *about, *shares, *labels, *lost, offset])
    titles = ["clip", "flaws", "split", "subject", "s", *audit.widths, *audit.targets, *seen]
    return table("clips", [*titles, "sound late by (confidence)"], rows)


def moments(facts: Sequence[Facts], target: str, between: str = ", ") -> str:
    """The share of some clips' steps with a label of a target; its mean and deviation."""
    found = values(facts, target)
    share = percent(labelled(facts, target))
    if not len(found):
        return share
    mean = round(float(found.mean()), 2) + 0.0  # never -0.00
    return f"{share}{between}{mean:.2f} ± {found.std():.2f}"


def _why(facts: Facts, stream: str) -> str:
    """The share of a clip's steps with a value, and why the others have none."""
    states = facts.states[stream]
    lost = [f"{spelled(s)} {percent(states[s] / states.sum())}" for s in State if s and states[s]]
    covered = percent(facts.covered(stream))
    return f"{covered} ({', '.join(lost)})" if lost and facts.has(stream) else covered


def spelled(state: State) -> str:
    """A state in words."""
    return state.name.lower().replace("_", " ")
