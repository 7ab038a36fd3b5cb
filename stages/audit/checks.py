"""Every limit, held against a corpus."""

from __future__ import annotations

from collections.abc import Iterator, Sized

from features.corpus import SPLITS
from features.track import State
from stages.audit.audit import Audit, coverage, labelled
from stages.audit.check import Check
from stages.audit.corpus import leaks, shared
from stages.audit.facts import Facts
from stages.audit.limits import Limits
from stages.audit.turned_away import names


def checks(limits: Limits, audit: Audit) -> Iterator[Check]:
    """What is checked, in the order of params.yaml."""
    yield from _manifest(limits, audit)
    yield from _lost(limits, audit)
    for split in SPLITS:
        facts = audit.splits.get(split, [])
        if facts:
            yield from _covered(limits, audit, split, facts)
        yield from _labelled(limits, audit, split, facts)
    yield from _unlike(limits, audit)


def _manifest(limits: Limits, audit: Audit) -> Iterator[Check]:
    clips = [f.clip for f in audit.facts]
    alike = [" is ".join(f"{c.id} ({c.split})" for c in group) for group in leaks(clips)]
    yield Check("max_leaks", "files on several sides", len(alike), limits.max_leaks, alike)
    people = [f"{subject} ({', '.join(sides)})" for subject, sides in shared(clips).items()]
    allowed = limits.max_shared_subjects
    yield Check("max_shared_subjects", "subjects on several sides", len(people), allowed, people)
    gone = names(audit.rejected)
    share, allowed = _share(gone, [*gone, *clips]), limits.max_rejected_share
    yield Check("max_rejected_share", "share of clips turned away", share, allowed, gone)


def _lost(limits: Limits, audit: Audit) -> Iterator[Check]:
    for key, about, kind in (
        ("max_faceless_share", "share of clips without any face", "visual"),
        ("max_silent_share", "share of clips without any sound", "audio"),
    ):
        who = [f.clip.id for f in audit.without(kind)]
        yield Check(key, about, _share(who, audit.showing(kind)), getattr(limits, key), who)
    late = [f"{f.clip.id} ({f.lag.seconds:+.2f} s)" for f in audit.late if f.lag]
    share = _share(late, audit.timed)
    about = "share of clips whose sound is late (+) or early (-)"
    allowed = limits.max_late_share if limits.max_av_offset_s else None
    yield Check("max_late_share", about, share, allowed, late)


def _covered(limits: Limits, audit: Audit, split: str, facts: list[Facts]) -> Iterator[Check]:
    for stream, kind in audit.kinds.items():
        shares = [(share, f.clip.id) for f in facts if (share := f.covered(stream)) is not None]
        allowed = getattr(limits.min_coverage, kind)
        poor = [f"{clip} ({s:.2f})" for s, clip in sorted(shares) if allowed and s < allowed]
        about, found = f"share of {split} with {stream}", coverage(facts, stream)
        if found is None and audit.having(stream):
            found = 0.0  # the corpus has it, but nobody on this side
        yield Check(f"min_coverage.{kind}", about, found, allowed, poor)


def _labelled(limits: Limits, audit: Audit, split: str, facts: list[Facts]) -> Iterator[Check]:
    for target in audit.targets:
        bare = [f.clip.id for f in facts if not f.labelled[target][State.OK]]
        found = labelled(facts, target)  # a side without clips has no label either
        allowed, about = getattr(limits.min_labelled, split), f"share of {split} with {target}"
        yield Check(f"min_labelled.{split}", about, found, allowed, bare)


def _unlike(limits: Limits, audit: Audit) -> Iterator[Check]:
    for stream, found in audit.outliers.items():
        who = [f"{o.clip} (dimension {o.dimension}, {o.spreads:.1f} spreads)" for o in found]
        share = _share(who, audit.having(stream))
        about = f"share of clips unlike others in {stream}"
        yield Check("max_outlier_share", about, share, limits.max_outlier_share, who)
    for stream, dead in audit.dead.items():
        share = _share(dead, range(audit.widths[stream]))
        about = f"share of dimensions of {stream} that never change"
        yield Check("max_dead_share", about, share, limits.max_dead_share, list(map(str, dead)))


def _share(some: Sized, whole: Sized) -> float | None:
    return len(some) / len(whole) if len(whole) else None
