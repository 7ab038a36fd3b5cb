"""Planted rows on the time grid: smooth traces as labels, and streams that carry them.

A clip's rows follow from its number alone, so that they need not be held.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.grid import grid
from features.track import State

T = 4500  # steps of a clip
STEP_S = 1 / 30
TARGETS = ("valence", "arousal")
SPEED = 0.02  # deviation of a trace's phase from step to step, rad
NOISE = 1.0  # of a row, where the traces' share of it has a deviation of about 0.7
STRETCH = 90  # steps that have a value, or none, together
UNLABELLED = 0.02  # share of steps


@dataclass(frozen=True)
class Planted:
    """A stream: its kind, numbers in a row, the share of steps without a row, and why."""

    kind: str
    width: int
    missing: float
    why: State


STREAMS = {
    "face": Planted("visual", 512, 0.1, State.NO_FACE),
    "voice": Planted("audio", 512, 0.1, State.SILENCE),
    "words": Planted("text", 768, 0.3, State.NO_SPEECH),
}


def traces(number: int) -> np.ndarray:
    """Valence and arousal of a clip, -1 to 1: float32 (T, 2)."""
    walk = np.random.default_rng(number).normal(0, SPEED, (T, len(TARGETS))).cumsum(axis=0)
    return np.sin(walk).astype(np.float32)


def labels(number: int) -> dict[str, np.ndarray]:
    """The columns of a clip on the grid: times (T,), labels (T, 2) and labels.state (T, 2)."""
    rng = np.random.default_rng([number, 0])
    gone = _stretches(rng, UNLABELLED)
    truth = traces(number)
    truth[gone] = np.nan
    state = np.where(gone, State.UNLABELLED, State.OK).astype(np.uint8)
    return {
        "times": grid(T * STEP_S, STEP_S),
        "labels": truth,
        "labels.state": np.stack([state] * len(TARGETS), axis=1),
    }


def rows(stream: str, number: int) -> dict[str, np.ndarray]:
    """The columns of a clip in a stream: values (T, D) and state (T,)."""
    planted, which = STREAMS[stream], 1 + list(STREAMS).index(stream)
    mixed = np.random.default_rng(which).normal(0, 1, (len(TARGETS), planted.width))
    rng = np.random.default_rng([number, which])
    gone = _stretches(rng, planted.missing)
    values = rng.standard_normal((T, planted.width), np.float32)
    values *= NOISE
    values += traces(number) @ mixed.astype(np.float32)
    values[gone] = np.nan
    state = np.where(gone, planted.why, State.OK).astype(np.uint8)
    return {"values": values, "state": state}


def _stretches(rng: np.random.Generator, share: float) -> np.ndarray:
    """Which steps have no value, in stretches: bool (T,)."""
    return np.repeat(rng.random(-(-T // STRETCH)) < share, STRETCH)[:T]
