"""What the manifest says: copies of one file, and subjects on several sides."""

from __future__ import annotations

from collections.abc import Iterable

from features.manifest import Clip
from stages.clips import read_assignments, read_clips


class Member(Clip):
    """A clip with who it shows and its split."""

    subject: str
    split: str | None


def members() -> list[Member]:
    """Every clip of the manifest, in its order."""
    rows = {row.id: row for row in read_assignments()}
    clips = ((clip.model_dump(), rows[clip.id]) for clip in read_clips())
    return [Member(**known, subject=row.subject, split=row.split) for known, row in clips]


def copies(clips: Iterable[Member]) -> list[list[Member]]:
    """Clips that show the same stretch of the same media bytes, two or more at a time."""
    return _several((c.source, c) for c in clips if c.media is not None)


def leaks(clips: Iterable[Member]) -> list[list[Member]]:
    """Clips of the same media bytes, whichever stretch of it, that are on different sides."""
    alike = _several((c.sha256, c) for c in clips if c.media is not None)
    return [group for group in alike if len(sides(group)) > 1]


def shared(clips: Iterable[Member]) -> dict[str, list[str]]:
    """Subjects on several sides: {subject: the sides}."""
    groups = _several((c.subject, c) for c in clips)
    return {g[0].subject: sides(g) for g in groups if len(sides(g)) > 1}


def sides(clips: Iterable[Member]) -> list[str]:
    """The splits that some clips are in, in order of name."""
    return sorted({c.split for c in clips if c.split})


def _several(keyed: Iterable[tuple[str, Member]]) -> list[list[Member]]:
    groups: dict[str, list[Member]] = {}
    for key, clip in keyed:
        groups.setdefault(key, []).append(clip)
    return [group for group in groups.values() if len(group) > 1]
