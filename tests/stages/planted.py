"""A grid of planted rows, audio carries arousal and text valence, and heads trained on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from features.crops import Face, keep, no_face
from features.manifest import Assignment, Clip, Info, write
from features.shards import Record, write_folder
from features.track import State
from features.words import Word, keep_words
from stages import paths
from stages.paths import ALIGN, CLIPS
from stages.train import stage as train

T = 80  # steps of a clip
SPLITS = {"a": "train", "b": "train", "c": "val", "d": "test", "e": "test"}
RECIPE = {"steps": 10, "hop": 5, "batch": 6, "epochs": 20, "patience": 20, "optimiser": "adamw"}
RECIPE |= {"lr": 0.01, "weight_decay": 0.0, "schedule": "constant", "loss": "ccc_flat"}
RECIPE |= {"clip_norm": None, "models": "joint", "threads": 1}


def options(*modalities: str) -> dict[str, Any]:
    channels = {m: [8] for m in modalities}
    return {
        "modalities": list(modalities),
        "options": {"channels": channels, "encoder_dropout": 0.0},
    }


RUNS = {"single": {"text": options("text")}, "concat": {"both": options("audio", "text")}}
GATED = {  # `apart` has a model for valence and one for arousal
    "grjca": {
        "gated": {**options("audio", "text"), "recipe": {"epochs": 3}},
        "apart": {**options("audio", "text"), "recipe": {"epochs": 1, "models": "each"}},
    }
}


def record(number: int, clip: str, labelled: bool = True) -> Record:
    rng = np.random.default_rng(number)
    truth = np.sin(np.cumsum(rng.normal(0, 0.3, (T, 2)), axis=0)).astype(np.float32)
    state = np.zeros(T, np.uint8)
    audio, text = (truth[:, [k]] + rng.normal(0, 0.1, (T, 3)) for k in (1, 0))
    columns = {
        "times": (np.arange(T) + 0.5) / 10,
        "audio": audio.astype(np.float32),
        "audio.state": state,
        "text": text.astype(np.float32),
        "text.state": state,
        "labels": truth,
        "labels.state": state if labelled else state + 8,
    }
    return Record(clip, "source", columns)


def lay_clips() -> None:
    info = Info(T / 10, None, None, None, 16_000, 1)
    write(CLIPS, [Clip(id=c, media="x.wav", sha256="0", info=info) for c in SPLITS])
    write(paths.SPLITS, [Assignment(id=c, subject=c, split=s) for c, s in SPLITS.items()])


def lay_grid(unlabelled: str = "", constant: str = "") -> None:
    """The grid in the working folder; the clips of one split may lack labels, those of one may
    all be labelled with a valence of 0.25."""
    records = {c: record(i, c, SPLITS[c] != unlabelled) for i, c in enumerate(SPLITS)}
    for clip in (c for c in records if SPLITS[c] == constant):
        records[clip].columns["labels"][:, 0] = 0.25
    made = {m: {"extractor": f"{m}-extractor"} for m in ("audio", "text", "labels")}
    read = lambda ids: (records[i] for i in ids)  # noqa: E731
    meta = {"kind": "grid", "rules": {"step_s": 0.1}, "made_from": made}
    write_folder(ALIGN, 2, meta, records, read)


def lay_people() -> None:
    """A face in the first half of each clip, five a second, and "well" from 1 to 2 s, in the
    working folder."""
    seen = np.zeros(4, np.float32), np.zeros((5, 2), np.float32)

    def face(time: float) -> Face:
        crop = np.full((112, 112, 3), int(20 * time), np.uint8)
        return Face(time, State.OK, 0.9, 1, *seen, crop, track=0)

    times = [n / 5 for n in range(T // 2)]
    faces = [face(t) if t < T / 20 else no_face(t, State.NO_FACE) for t in times]
    kept = {
        "faces": [keep(c, "source", faces) for c in SPLITS],
        "transcripts": [keep_words(c, "source", [Word("well", 1.0, 2.0, False)]) for c in SPLITS],
    }
    for name, records in kept.items():
        each = {record.clip: record for record in records}
        write_folder(
            Path("data", name), 2, {"kind": name}, each, lambda ids, e=each: (e[i] for i in ids)
        )


def params(**changes: Any) -> train.Params:
    runs = changes.get("runs", RUNS)
    same = {"heads": list(runs), "seeds": [1, 2], "recipe": RECIPE, "runs": runs}
    return train.Params(**{**same, **changes})


def train_all(chosen: train.Params) -> None:
    for head in chosen.runs:
        for seed in chosen.seeds:
            train.run(chosen, head, str(seed))


def write_params(chosen: train.Params) -> None:
    """params.yaml in the working folder, with what was trained."""
    YAML().dump({"train": chosen.model_dump()}, Path("params.yaml"))
