"""The files of one synthetic clip, from its plan."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from features.demo.encode import write_mp4
from features.demo.noise import sample_noise
from features.demo.picture import frames
from features.demo.plan import ClipPlan
from features.demo.voice import RATE, sample_speaker, speak
from features.demo.words import SpokenWord, say


def render(plan: ClipPlan, folder: Path) -> None:
    """Write media/<id>.mp4, labels/<id>.csv and transcripts/<id>.json under a folder.

    The media comes last: where it is, the clip is complete.
    """
    words = say(plan)
    _put(folder / "labels" / f"{plan.id}.csv", lambda path: _write_labels(plan, path))
    _put(folder / "transcripts" / f"{plan.id}.json", lambda path: _write_words(words, path))
    _put(folder / "media" / f"{plan.id}.mp4", lambda path: _write_media(plan, words, path))


def sound(plan: ClipPlan, words: list[SpokenWord]) -> np.ndarray:
    """The sound of a clip, speech and noise: samples (N,) in [-1, 1] at RATE."""
    speaker = sample_speaker(plan.subject_rng("speaker"))
    speech = speak(plan.rng("voice"), speaker, words, *plan.truth(), plan.seconds)
    noise = sample_noise(plan.rng("noise"), plan.seconds, plan.disturbances().audio)
    return np.clip(speech + noise, -1, 1)


def _put(path: Path, write: Callable[[Path], None]) -> None:
    """Write under another name, then rename: an interruption leaves nothing half-written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    write(part)
    os.replace(part, path)


def _write_labels(plan: ClipPlan, path: Path) -> None:
    times = plan.frame_times()
    valence, arousal = (trace(times) for trace in plan.truth())
    rows = [f"{t:.6f},{v:.5f},{a:.5f}" for t, v, a in zip(times, valence, arousal, strict=True)]
    path.write_text("\n".join(["time,valence,arousal", *rows]) + "\n", encoding="utf-8")


def _write_words(words: list[SpokenWord], path: Path) -> None:
    said = {"words": [asdict(word) for word in words]}
    path.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def _write_media(plan: ClipPlan, words: list[SpokenWord], path: Path) -> None:
    write_mp4(path, frames(plan), plan.fps, plan.size_px, sound(plan, words), RATE)
