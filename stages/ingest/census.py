"""What `ingest` found, in a few lines: for the terminal."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from features.corpus import Rejection
from features.manifest import Assignment, Clip

KINDS = 10  # of reasons, the most frequent
PARTICULAR = re.compile(r"'[^']*'|\"[^\"]*\"|\S*[/\\]\S*|[-+]?\d+(?:\.\d+)?")


def census(
    clips: Sequence[Clip],
    assignments: Sequence[Assignment],
    labelled: Collection[str],
    rejected: Sequence[Rejection],
) -> Iterator[str]:
    """What there is, then each kind of rejection with its number and its first case."""
    hours = sum(clip.info.duration for clip in clips) / 3600
    share = len(labelled) / len(clips) if clips else 0.0
    sides = [row.split for row in assignments]
    yield (
        f"{len(clips)} clips, {hours:.2f} h, {len({row.subject for row in assignments})} subjects, "
        f"{share:.0%} of clips labelled, {len(rejected)} rejected; "
        + ", ".join(f"{side} {sides.count(side)}" for side in ("train", "val", "test"))
    )
    kinds: dict[str, list[Rejection]] = defaultdict(list)
    for one in rejected:
        kinds[PARTICULAR.sub("..", one.reason)].append(one)
    most = sorted(kinds.values(), key=len, reverse=True)
    for group in most[:KINDS]:
        yield f"{len(group)} rejected like {group[0].file}: {group[0].reason}"
    if len(most) > KINDS:
        yield f"and {len(most) - KINDS} more kinds of rejection"
