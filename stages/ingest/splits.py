"""Which side of the split a subject is on; one subject is never on two."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np

from features.corpus import SPLITS, Candidate, CorpusError


def sides(
    clips: Iterable[Candidate], shares: Mapping[str, float], folds: int | None, fold: int
) -> dict[str, str]:
    """The side of every subject: the corpus's own, else one drawn in the given shares.

    With `folds` all are dealt out anew, whatever the corpus says. Raises CorpusError.
    """
    said = {clip.subject: clip.split for clip in sorted(clips, key=lambda c: c.split is not None)}
    if folds is not None:
        return dealt(said, folds, fold)
    return {subject: side or drawn(subject, shares) for subject, side in said.items()}


def drawn(subject: str, shares: Mapping[str, float]) -> str:
    """The side of a subject: a hash of its name, so that new subjects move nobody."""
    if unknown := set(shares) - set(SPLITS):
        raise CorpusError(
            f"ingest.shares names {sorted(unknown)}; the splits are {', '.join(SPLITS)}"
        )
    draw = int.from_bytes(_hash(subject)[:8], "big") / 2**64
    bounds = np.cumsum([shares.get(s, 0.0) for s in SPLITS]) / sum(shares.values())
    return SPLITS[int(np.searchsorted(bounds, draw, side="right"))]


def dealt(subjects: Iterable[str], folds: int, fold: int) -> dict[str, str]:
    """Subjects in order of a hash of their name, dealt out in turn: number `fold` is test, the
    next one val, the others train. Raises CorpusError for fewer subjects than folds.
    """
    order = sorted(subjects, key=_hash)
    if len(order) < folds:
        raise CorpusError(f"ingest.folds is {folds}, but the corpus has {len(order)} subjects")
    test, val = fold % folds, (fold + 1) % folds
    side = {test: "test", val: "val"}
    return {subject: side.get(i % folds, "train") for i, subject in enumerate(order)}


def _hash(subject: str) -> bytes:
    return hashlib.sha256(subject.encode()).digest()
