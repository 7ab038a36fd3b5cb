"""clips.csv: who is in a clip, and which split it is in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

from features.corpora.reading.tables import Row, read_table
from features.corpus import SPLITS, Candidate, CorpusError, Rejection, composed, flaw
from features.nearest import MAX_HINTS, nearest


def read_clips(
    file: Path, known: Collection[str]
) -> tuple[dict[str, tuple[str, str | None]], list[Rejection]]:
    """The subject and the split of clips.csv, by clip id, and the rows that cannot be followed.

    known  ids of the clips there are. Raises CorpusError where the table cannot be read.
    """
    rows: dict[str, list[Row]] = defaultdict(list)
    rejected: list[Rejection] = []
    for row in read_table(file, ("clip", "subject", "split"), bad=rejected):
        rows[composed(row.cells["clip"])].append(row)
    assigned: dict[str, tuple[str, str | None]] = {}
    for clip, group in sorted(rows.items()):
        hints = known if len(rejected) < MAX_HINTS else ()
        if reason := _unusable(clip, group, known, hints):
            rejected.append(Rejection(clip, file, reason))
        else:
            cells = group[0].cells
            assigned[clip] = cells["subject"] or clip, cells["split"] or None
    return assigned, rejected


def _unusable(
    clip: str, rows: list[Row], known: Collection[str], hints: Collection[str]
) -> str | None:
    lines = " and ".join(str(row.line) for row in rows)
    where = f"line {lines}" if len(rows) == 1 else f"lines {lines}"
    if reason := flaw(clip):
        return f"{where}: clip id {clip!r} {reason}{_flattened(clip, known)}"
    if clip not in known:
        hint = _flattened(clip, known) or nearest(clip, hints)
        return f"{where}: no media for clip {clip!r}{hint}"
    if len(rows) > 1:
        return f"{where}: clip {clip!r} is listed {len(rows)} times"
    reason = split_flaw(rows[0].cells["split"])
    return reason and f"{where}: {reason}"


def split_flaw(split: str) -> str | None:
    """Why a cell is no split, or None: it is one, or empty."""
    if not split or split in SPLITS:
        return None
    near = nearest(split, SPLITS, cutoff=0.3)
    return f"split must be {', '.join(SPLITS)} or empty, got {split!r}{near}"


def _flattened(clip: str, known: Collection[str]) -> str:
    """A hint for those who wrote a path where an id belongs: sub/a.mp4 -> sub__a."""
    flat = clip.replace("\\", "/").replace("/", "__")
    names = (flat, flat.rpartition(".")[0])
    return next((f", nearest: {name!r}" for name in names if name in known), "")


def check_leaks(clips: Iterable[Candidate], file: Path) -> None:
    """Check that no subject is in two splits: the test would be no test. Raises CorpusError."""
    first: dict[str, Candidate] = {}
    for clip in clips:
        if clip.split is None:
            continue
        other = first.setdefault(clip.subject, clip)
        if other.split != clip.split:
            raise CorpusError(
                f"{file}: subject {clip.subject!r} is in {other.split} (clip {other.id!r}) and in "
                f"{clip.split} (clip {clip.id!r}); a model would be tested on someone it has seen"
            )
