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


def doubts(clips: Sequence[Clip]) -> Iterator[str]:
    """What files say of themselves that is not so, then those whose clock was put right, and those
    with several streams of a kind: each file once, however many clips are of it."""
    files = {clip.media: clip for clip in clips if clip.media}.values()
    said = [(clip, doubt) for clip in files for doubt in clip.info.doubts]
    kinds = by_reason(said, lambda pair: pair[1])
    for group in kinds[:KINDS]:
        yield f"{len(group)} doubtful like {group[0][0].media}: {group[0][1]}"
    if len(kinds) > KINDS:
        yield f"and {len(kinds) - KINDS} more kinds of doubts; the audit has all"
    if mended := [clip for clip in files if clip.info.mended]:
        yield f"{len(mended)} whose clock was put right, like {mended[0].media}"
    if several := [c for c in files if max(c.info.video_streams, c.info.audio_streams) > 1]:
        yield (
            f"{len(several)} with several streams, like {several[0].media}: used is the one that "
            "players choose, or ingest.options.video_stream and audio_stream"
        )


def _kinds(rejected: Sequence[Rejection], what: str, all_of_them: str) -> Iterator[str]:
    kinds = by_reason(rejected, lambda one: one.reason)
    for group in kinds[:KINDS]:
        yield f"{len(group)} {what} like {group[0].file}: {group[0].reason}"
    if len(kinds) > KINDS:
        yield f"and {len(kinds) - KINDS} more kinds of {all_of_them}"
