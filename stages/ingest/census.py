"""What `ingest` found, in a few lines: for the terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from features.corpus import Rejection
from features.manifest import Assignment, Clip
from stages.reasons import by_reason

KINDS = 10  # of reasons, the most frequent


def census(
    clips: Sequence[Clip],
    assignments: Sequence[Assignment],
    labelled: Collection[str],
    rejected: Sequence[Rejection],
) -> Iterator[str]:
    """What there is, then each kind of rejection with its number and its first case; then the same
    of files that nothing reads."""
    hours = sum(clip.info.duration for clip in clips) / 3600
    share = len(labelled) / len(clips) if clips else 0.0
    sides = [row.split for row in assignments]
    away = [one for one in rejected if one.clip is not None]
    unread = [one for one in rejected if one.clip is None]
    yield (
        f"{len(clips)} clips, {hours:.2f} h, {len({row.subject for row in assignments})} subjects, "
        f"{share:.0%} of clips labelled, {len(away)} rejected; "
        + ", ".join(f"{side} {sides.count(side)}" for side in ("train", "val", "test"))
    )
    yield from _kinds(away, "rejected", "rejection")
    yield from _kinds(unread, "not read", "files that are not read")


def _kinds(rejected: Sequence[Rejection], what: str, all_of_them: str) -> Iterator[str]:
    kinds = by_reason(rejected, lambda one: one.reason)
    for group in kinds[:KINDS]:
        yield f"{len(group)} {what} like {group[0].file}: {group[0].reason}"
    if len(kinds) > KINDS:
        yield f"and {len(kinds) - KINDS} more kinds of {all_of_them}"
