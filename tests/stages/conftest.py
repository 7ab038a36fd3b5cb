"""Folders to run stages in: a corpus of short tones, or a grid of planted rows."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from stages.evaluate import stage as evaluate
from stages.robustness import stage as robustness
from tests.stages.planted import GATED, RUNS, lay_clips, lay_grid, params, train_all, write_params
from tests.stages.test_evaluate import PARAMS as EVALUATION
from tests.stages.test_robustness import PARAMS as FAILURES

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
    monkeypatch.setenv("WORKERS", "0")
    monkeypatch.delenv("CLIP_STORE", raising=False)
    folder = tmp_path / "corpus"
    for name, hertz in (("a", 220.0), ("b", 440.0), ("c", 880.0)):
        write_tone(folder / "media" / f"{name}.wav", hertz, 0.6)
    (folder / "labels").mkdir()
    (folder / "labels/a.csv").write_text("time,valence,arousal\n0.1,0.5,-0.5\n0.2,,\n")
    (folder / "transcripts").mkdir()
    (folder / "transcripts/b.csv").write_text("word,start,end\ngood,0.1,0.3\nday,0.3,0.5\n")
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest and a grid, ready to train on; the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "0")
    lay_clips()
    lay_grid()
    write_params(params())


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a grid, and four runs trained on it under two seeds. Do not change it."""
    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("WORKERS", "0")
        lay_clips()
        lay_grid()
        chosen = params(runs={**RUNS, **GATED})
        write_params(chosen)
        train_all(chosen)
    return folder


@pytest.fixture
def trained_project(trained_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same to change; the working folder. Its runs are text, both, gated and apart."""
    shutil.copytree(trained_once, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "0")
    return tmp_path


@pytest.fixture(scope="session")
def measured(trained_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which everything that the report tells of is measured. Do not change it."""
    folder = tmp_path_factory.mktemp("measured")
    shutil.copytree(trained_once, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("WORKERS", "0")
        evaluate.run(evaluate.Params(**EVALUATION))
        robustness.run(robustness.Params(**{**FAILURES, "shares": [0, 0.5]}))
    return folder
