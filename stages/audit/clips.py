"""The table of every clip of the audit."""

from __future__ import annotations

from features.track import State
from stages.audit.audit import Audit, labelled
from stages.audit.facts import Facts
from stages.audit.table import percent, table

TOLD = 0.9  # confidence below which the table is silent about an offset


def clips(audit: Audit) -> str:
    """Every clip: what it has, what it lacks."""
    far = {o.clip for found in audit.outliers.values() for o in found}
    rows = []
    for f in audit.facts:
        clip, (a, b) = f.clip, f.faceless
        flaws = [
            word for word, m in (("no face", "visual"), ("no sound", "audio")) if f.covered(m) == 0
        ]
        flaws += ["late"] * (f in audit.late) + ["unlike others"] * (clip.id in far)
        shares = [_why(f, m) for m in audit.widths]
        lost = f"{b - a:.1f} s from {a:.1f}" if f.has("visual") and b > a else ""
        told = f.lag if f.lag and f.lag.confidence >= TOLD else None
        offset = f"{told.seconds:+.2f} s ({told.confidence:.3f})" if told else ""
        about = [clip.split or "", clip.subject, f"{clip.info.duration:.1f}"]
        rows.append(
            [clip.id, ", ".join(flaws), *about, *shares, percent(labelled([f])), lost, offset]
        )
    titles = ["clip", "flaws", "split", "subject", "s", *audit.widths, "labelled"]
    return table("clips", [*titles, "longest without a face", "sound late by (confidence)"], rows)


def _why(facts: Facts, modality: str) -> str:
    """The share of a clip's steps with a value, and why the others have none."""
    states = facts.states[modality]
    lost = [f"{spelled(s)} {percent(states[s] / states.sum())}" for s in State if s and states[s]]
    covered = percent(facts.covered(modality))
    return f"{covered} ({', '.join(lost)})" if lost and facts.has(modality) else covered


def spelled(state: State) -> str:
    """A state in words."""
    return state.name.lower().replace("_", " ")
