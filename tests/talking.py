"""A drawn face whose mouth moves while it is loud, and what is heard of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.crops import Face
from features.track import State

SECONDS, FPS, RATE = 8, 25, 16_000


def talk(times: np.ndarray) -> np.ndarray:
    """How wide the mouth is open, 0 to 1: syllables of 0.2 s in stretches of 0.3 to 0.7 s."""
    rng = np.random.default_rng(3)
    edges = np.cumsum(rng.uniform(0.3, 0.7, 40)) - 2
    speaking = np.searchsorted(edges, times) % 2
    return speaking * np.sin(np.pi * times / 0.2) ** 2


def faces() -> Iterator[Face]:
    """A mouth in the place where an aligned crop has it."""
    for time in np.arange(SECONDS * FPS) / FPS:
        crop = np.full((112, 112, 3), 180, np.uint8)
        half = round(12 * float(talk(np.array(time))))
        crop[91 - half : 91 + half + 1, 40:72] = 30
        place = np.zeros(14, np.float32)
        yield Face(float(time), State.OK, 1.0, 1, place[:4], place[4:].reshape(5, 2), crop, 0)


def loud(late: float) -> np.ndarray:
    """The sound, float32 (N,) at RATE, `late` seconds after the mouth."""
    times = np.arange(SECONDS * RATE) / RATE
    noise = np.random.default_rng(5).uniform(-0.5, 0.5, len(times))
    return (noise * talk(times - late)).astype(np.float32)
