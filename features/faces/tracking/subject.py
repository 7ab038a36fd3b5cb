"""Which track is the subject of a clip that shows several people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from features.active_speaker import loudness, mouth_correlation
from features.faces.tracking.detections import NOBODY, UNDECIDED
from features.media.sounds import SoundSource
from features.track import State

CLOSE = 0.9  # of the best score: a track above it, seen beside the best, leaves it undecided
BESIDE = 0.5  # of a track's frames that it shares with the best, from which it is beside it
SPEAKING = 0.2  # correlation of a mouth with the sound below which it does not speak

Box = Sequence[float]
Rule = Callable[[np.ndarray, SoundSource], np.ndarray]


def rule(subject: str | Box) -> Rule:
    """The rule by which tracks are scored: DETECTION (N,) of K tracks and the sound -> scores (K,).

    longest   its frames
    largest   the sum over them of the share that its box takes: large, and long in sight
    centred   the sum of 1 in the middle of the frame, 0 half its longer side away or further
    speaking  the correlation of its mouth's motion with the loudness of the sound
    a box     [left, top, right, bottom] in shares of the frame: the sum of its share inside it

    Raises ValueError for anything else.
    """
    if subject == "speaking":
        return _speaking
    if isinstance(subject, str) and subject in WEIGHTS:
        return _summed(WEIGHTS[subject])
    if isinstance(subject, Sequence) and not isinstance(subject, str) and len(subject) == 4:
        left, top, right, bottom = (float(side) for side in subject)
        if left < right and top < bottom:
            return _summed(lambda table: _inside(table, np.array([left, top, right, bottom])))
    raise ValueError(
        f"mtcnn: subject must be {', '.join(WEIGHTS)}, speaking or a box "
        f"[left, top, right, bottom] in shares of the frame, got {subject!r}"
    )


def choose(table: np.ndarray, rule: Rule, sound: SoundSource) -> int:
    """The track with the highest score, UNDECIDED between two seen together, or NOBODY.

    table  DETECTION (N,); if any is ok, only what is ok counts
    """
    ok = table[table["state"] == State.OK] if (table["state"] == State.OK).any() else table
    if not len(ok):
        return NOBODY
    scores = rule(ok, sound)
    best = int(scores.argmax())
    if not np.isfinite(scores[best]):
        return UNDECIDED
    if scores[best] <= 0:
        return NOBODY
    with_best = ok["frame"][ok["track"] == best]
    for track in np.flatnonzero(scores >= CLOSE * scores[best]):
        own = ok["frame"][ok["track"] == track]
        if track != best and np.isin(own, with_best).mean() >= BESIDE:
            return UNDECIDED
    return best


def _summed(weight: Callable[[np.ndarray], np.ndarray]) -> Rule:
    return lambda table, sound: np.bincount(table["track"], weight(table))


def _speaking(table: np.ndarray, sound: SoundSource) -> np.ndarray:
    """The scores of active speakers, -inf for a face that does not speak; who is alone need not."""
    tracks = np.unique(table["track"])
    scores = np.full(tracks.max() + 1, -np.inf)
    if len(tracks) == 1:
        scores[tracks] = 1.0
        return scores
    level = loudness(sound)
    for track in tracks:
        own = table[table["track"] == track]
        found = mouth_correlation(own["time"], own["motion"], level)
        scores[track] = found if found >= SPEAKING else -np.inf
    return scores


def _area(table: np.ndarray) -> np.ndarray:
    sides = table["candidate"][:, 2:4] - table["candidate"][:, :2]
    return np.prod(sides / table["size"], axis=1)


def _centred(table: np.ndarray) -> np.ndarray:
    middle = (table["candidate"][:, :2] + table["candidate"][:, 2:4]) / 2
    away = np.linalg.norm(middle - table["size"] / 2, axis=1)
    return np.maximum(0, 1 - 2 * away / table["size"].max(axis=1))


def _inside(table: np.ndarray, box: np.ndarray) -> np.ndarray:
    face = table["candidate"][:, :4] / np.tile(table["size"], 2)
    sides = np.minimum(face[:, 2:], box[2:]) - np.maximum(face[:, :2], box[:2])
    both = np.prod(np.maximum(sides, 0), axis=1)
    return both / np.maximum(np.prod(face[:, 2:] - face[:, :2], axis=1), 1e-9)


WEIGHTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "longest": lambda table: np.ones(len(table)),
    "largest": _area,
    "centred": _centred,
}
