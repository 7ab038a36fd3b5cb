"""The appearance of a synthetic subject, which sets it apart from the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]  # RGB

SKINS = (
    (255, 224, 196),
    (244, 204, 170),
    (228, 180, 140),
    (198, 146, 104),
    (160, 108, 74),
    (124, 82, 58),
)
HAIRS = (
    (40, 30, 28),
    (70, 48, 36),
    (112, 74, 44),
    (168, 120, 66),
    (206, 168, 104),
    (146, 66, 40),
    (150, 148, 150),
)
DARK = 3  # of HAIRS: those of darker skins
IRISES = ((84, 58, 38), (60, 90, 130), (70, 110, 80), (100, 80, 50), (90, 100, 110))
CLOTHES = (
    (70, 98, 140),
    (150, 74, 80),
    (82, 124, 98),
    (210, 176, 96),
    (110, 92, 140),
    (90, 96, 106),
    (190, 120, 84),
)
WALLS = (
    (214, 226, 232),
    (232, 222, 208),
    (216, 230, 214),
    (226, 216, 232),
    (240, 232, 216),
    (204, 214, 226),
)
STYLES = ("short", "long", "bun", "curly", "fringe")


@dataclass(frozen=True, slots=True)
class Appearance:
    """A subject's colours and proportions; lengths in half face heights."""

    skin: Colour
    hair: Colour
    brows: Colour
    iris: Colour
    clothes: Colour
    wall: Colour
    style: str  # of the hair
    width: float  # half the face's
    jaw: float  # 0 round, 1 square
    eye_gap: float  # from the middle to an eye
    eye_y: float
    mouth_y: float
    mouth_width: float  # half the mouth's
    brow: float  # thickness
    expressive: float  # how far the face moves for the same emotion


def sample_appearance(rng: np.random.Generator) -> Appearance:
    """The appearance of a subject, from the subject's own random stream."""
    skin = rng.uniform(0, len(SKINS) - 1)
    low, part = int(skin), skin % 1
    tone = _mix(SKINS[low], SKINS[low + 1], part)
    hair = _one(rng, HAIRS if low < 2 else HAIRS[:DARK])
    return Appearance(
        skin=tone,
        hair=hair,
        brows=_mix(hair, shade(tone, 0.35), 0.6),
        iris=_one(rng, IRISES),
        clothes=_one(rng, CLOTHES),
        wall=_one(rng, WALLS),
        style=STYLES[rng.integers(len(STYLES))],
        width=rng.uniform(0.74, 0.84),
        jaw=rng.uniform(0.0, 0.6),
        eye_gap=rng.uniform(0.30, 0.35),
        eye_y=rng.uniform(-0.18, -0.10),
        mouth_y=rng.uniform(0.50, 0.56),
        mouth_width=rng.uniform(0.27, 0.33),
        brow=rng.uniform(0.03, 0.055),
        expressive=rng.uniform(0.9, 1.06),
    )


def _one(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    """One of the colours, a little lighter or darker."""
    return shade(colours[rng.integers(len(colours))], rng.uniform(0.92, 1.06))


def _mix(a: Colour, b: Colour, part: float) -> Colour:
    r, g, b_ = (round(x + (y - x) * part) for x, y in zip(a, b, strict=True))
    return r, g, b_


def shade(colour: Colour, by: float) -> Colour:
    """The colour made darker (by < 1) or lighter (by > 1)."""
    r, g, b = (min(255, round(c * by)) for c in colour)
    return r, g, b
