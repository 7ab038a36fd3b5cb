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
from stages.paths import CLIPS, GRID, aligned
from stages.train import stage as train

T = 80  # steps of a clip
SPLITS = {"a": "train", "b": "train", "c": "val", "d": "test", "e": "test"}
RECIPE = {"steps": 10, "hop": 5, "batch": 6, "epochs": 20, "patience": 20, "optimiser": "adamw"}
RECIPE |= {"lr": 0.01, "weight_decay": 0.0, "schedule": "constant", "loss": "ccc_flat"}
RECIPE |= {"clip_norm": None, "target_weights": None, "models": "joint", "threads": 1}
WHERE = {"device": "cpu", "precision": "single", "memory_gb": 0}
TARGETS = {"valence": [-1, 1], "arousal": [-1, 1]}
MEAN = {"how": "mean", "largest_gap_s": 0.2}
# Streams called as their kinds.
STREAMS = {"audio": {"of": "audio", **MEAN}, "text": {"of": "text", **MEAN}}


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


def records(number: int, clip: str, labelled: bool = True) -> dict[str, Record]:
    """The grid's record of a clip, and that of each stream."""
    rng = np.random.default_rng(number)
    truth = np.sin(np.cumsum(rng.normal(0, 0.3, (T, 2)), axis=0)).astype(np.float32)
    state = np.zeros((T, 2), np.uint8)
    audio, text = (truth[:, [k]] + rng.normal(0, 0.1, (T, 3)) for k in (1, 0))
    columns = {
        "grid": {
            "times": (np.arange(T) + 0.5) / 10,
            "labels": truth,
            "labels.state": state if labelled else np.full_like(state, State.UNLABELLED),
        },
        "audio": {"values": audio.astype(np.float32), "state": state[:, 0]},
        "text": {"values": text.astype(np.float32), "state": state[:, 0]},
    }
    return {name: Record(clip, "source", each) for name, each in columns.items()}


def lay_clips() -> None:
    info = Info(T / 10, None, None, None, 16_000, 1)
    write(CLIPS, [Clip(id=c, media="x.wav", sha256="0", info=info) for c in SPLITS])
    write(paths.SPLITS, [Assignment(id=c, subject=c, split=s) for c, s in SPLITS.items()])


def lay_grid(unlabelled: str = "", constant: str = "") -> None:
    """The grid in the working folder; the clips of one split may lack labels, those of one may
    all be labelled with a valence of 0.25."""
    rows = {c: records(i, c, SPLITS[c] != unlabelled) for i, c in enumerate(SPLITS)}
    for clip in (c for c in rows if SPLITS[c] == constant):
        rows[clip]["grid"].columns["labels"][:, 0] = 0.25
    lay({clip: each["grid"] for clip, each in rows.items()}, TARGETS)
    for name in STREAMS:
        lay_stream(name, {clip: each[name] for clip, each in rows.items()})


def lay(grid: dict[str, Record], targets: dict[str, list[float]], folder: Path = GRID) -> None:
    """The grid of some clips in the working folder."""
    named = [[name, *values] for name, values in targets.items()]
    meta = {"kind": "grid", "step_s": 0.1, "labels": MEAN, "targets": named, "made_from": {}}
    write_folder(folder, 2, meta, grid, lambda ids: (grid[i] for i in ids))


def lay_stream(name: str, rows: dict[str, Record], kind: str = "") -> None:
    """One aligned stream of some clips in the working folder; its kind, unless it is its name."""
    made = {"kind": kind or name, "extractor": f"{name}-extractor"}
    meta = {"kind": "aligned", "step_s": 0.1, "rule": MEAN, "made_from": made}
    write_folder(aligned(name), 2, meta, rows, lambda ids: (rows[i] for i in ids))


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
    same |= WHERE
    return train.Params(**{**same, **changes})


def train_one(chosen: train.Params, head: str, seed: str) -> None:
    train.run(chosen.model_copy(update={"seeds": [int(seed)]}), head)


def train_all(chosen: train.Params) -> None:
    for head in chosen.runs:
        train.run(chosen, head)


def write_params(chosen: train.Params) -> None:
    """params.yaml in the working folder, with what was trained."""
    more = {"targets": TARGETS, "plane": ["valence", "arousal"], "align": STREAMS}
    YAML().dump({**more, "train": chosen.model_dump()}, Path("params.yaml"))
