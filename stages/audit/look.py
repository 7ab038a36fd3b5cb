"""A look at the whole corpus: every clip once, then all of them together."""

from __future__ import annotations

from stages.audit.audit import Audit
from stages.audit.corpus import members, read_rejected
from stages.audit.facts import Facts, gather, modalities
from stages.audit.features import Spread
from stages.audit.limits import Limits
from stages.work.progress import progress


def look(params: Limits) -> Audit:
    """Everything that can be known of the corpus in the working folder."""
    clips, spreads = members(), {modality: Spread() for modality in modalities()}
    facts = list(progress(gather(clips, spreads), len(clips), "audit"))
    return Audit(
        facts,
        out_of_sync(facts, params),
        read_rejected(),
        {m: spread.width for m, spread in spreads.items()},
        {m: spread.dead() for m, spread in spreads.items()},
        {m: spread.outliers(params.outlier_spreads) for m, spread in spreads.items()},
    )


def out_of_sync(facts: list[Facts], params: Limits) -> list[Facts]:
    """Clips whose sound is late or early, so sure that chance alone would name none of them all."""
    if params.max_av_offset_s is None:
        return []
    sure = params.av_confidence ** (1 / max(1, sum(f.lag is not None for f in facts)))
    return [f for f in facts if f.late(params.max_av_offset_s, sure)]
