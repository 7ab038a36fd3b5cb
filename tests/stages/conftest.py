"""A folder to run stages in, with a corpus of short tones: no faces, no downloads."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

RATE = 16_000  # Hz


def write_tone(path: Path, hertz: float, seconds: float) -> None:
    """A sine at half of full scale, 16-bit mono."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three tones of 0.6 s, one with labels and one with a transcript; the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "1")
    monkeypatch.delenv("CLIP_STORE", raising=False)
    folder = tmp_path / "corpus"
    for name, hertz in (("a", 220.0), ("b", 440.0), ("c", 880.0)):
        write_tone(folder / "media" / f"{name}.wav", hertz, 0.6)
    (folder / "labels").mkdir()
    (folder / "labels/a.csv").write_text("time,valence,arousal\n0.1,0.5,-0.5\n0.2,,\n")
    (folder / "transcripts").mkdir()
    (folder / "transcripts/b.csv").write_text("word,start,end\ngood,0.1,0.3\nday,0.3,0.5\n")
    return folder
