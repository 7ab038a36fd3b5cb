"""A film, and beside it a run that nobody trained."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.features.conftest import write_film
from tests.flows.planted_run import FPS, FRAMES, TARGETS, faces, hears, plant, sees, tables


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A film with sound, crops for all of its frames but the first three, a table beside it, and
    a run `five` of five streams and three targets; the working folder."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    images = [rng.integers(0, 255, (96, 160, 3), dtype=np.uint8)] * FRAMES
    sound = rng.normal(0, 0.1, (1, round(16_000 * FRAMES / FPS)))
    path = write_film(
        tmp_path / "talk.mov", images, [i / FPS for i in range(FRAMES)], sound, fps=FPS
    )
    for folder in ("crops/talk", "tables"):
        (tmp_path / folder).mkdir(parents=True)
    for frame in range(4, FRAMES + 1):
        crop = rng.integers(0, 255, (48, 48, 3), dtype=np.uint8)
        cv2.imwrite(str(tmp_path / f"crops/talk/{frame:05d}.png"), crop)
    rows = "".join(f"{i / 10 + 0.05},{i},{i % 3}\n" for i in range(FRAMES - 4))
    (tmp_path / "felt.csv").write_text(f"time,AU1,AU2\n{rows}")
    behind = faces()
    streams = {
        "face": (36, sees(2, behind)),
        "edges": (144, sees(4, behind)),
        "voice": (10, hears(5)),
        "pitch": (14, hears(7)),
        "au": (2, tables()),
    }
    plant("five", streams, TARGETS)
    return path
