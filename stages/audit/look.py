"""A look at the whole corpus: every clip once, then all of them together."""

from __future__ import annotations

from stages.audit.audit import Audit
from stages.audit.corpus import members
from stages.audit.facts import Facts, gather
from stages.audit.features import Spread
from stages.audit.limits import Limits
from stages.audit.turned_away import read_left_out, read_rejected
from stages.clips import read_assignments
from stages.on_grid import Grid
from stages.streams import streams
from stages.targets import plane
from stages.work.progress import progress


def look(params: Limits) -> Audit:
    """Everything that can be known of the corpus in the working folder."""
    grid, clips = Grid(read_assignments(), streams()), members()
    both, lines = plane(), read_rejected()
    spreads = {stream: Spread() for stream in grid.widths}
    facts = list(progress(gather(grid, clips, spreads), len(clips), "audit"))
    return Audit(
        facts,
        out_of_sync(facts, params),
        [line for line in lines if line["clip"] is not None],
        [line for line in lines if line["clip"] is None],
        read_left_out(grid.kinds()),
        grid.kinds(),
        grid.targets,
        both if both and set(both) <= set(grid.targets) else None,
        {s: spread.width for s, spread in spreads.items()},
        {s: spread.dead() for s, spread in spreads.items()},
        {s: spread.outliers(params.outlier_spreads) for s, spread in spreads.items()},
    )


def out_of_sync(facts: list[Facts], params: Limits) -> list[Facts]:
    """Clips whose sound is late or early, so sure that chance alone would name none of them all."""
    if params.max_av_offset_s is None:
        return []
    sure = params.av_confidence ** (1 / max(1, sum(f.lag is not None for f in facts)))
    return [f for f in facts if f.late(params.max_av_offset_s, sure)]
