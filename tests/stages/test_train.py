"""Training and evaluation on a grid of planted rows: audio carries arousal, text valence."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.media import Info
from features.shards import Record, write_folder
from stages import evaluate, train
from stages._clips import CLIPS, Clip, write_clips
from stages._grid import ALIGN
from stages._params import ParamsError, load

T = 80  # steps of a clip
SPLITS = {"a": "train", "b": "train", "c": "val", "d": "test", "e": "test"}
RECIPE = {"steps": 10, "hop": 5, "batch": 6, "epochs": 20, "patience": 20, "optimiser": "adamw"}
RECIPE |= {"lr": 0.01, "weight_decay": 0.0, "schedule": "constant", "loss": "ccc_flat"}
RECIPE |= {"clip_norm": None, "threads": 1}


def options(*modalities: str) -> dict[str, Any]:
    channels = {m: [8] for m in modalities}
    return {
        "modalities": list(modalities),
        "options": {"channels": channels, "encoder_dropout": 0.0},
    }


HEADS = {"single": {"text": options("text")}, "concat": {"both": options("audio", "text")}}


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


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    info = Info(T / 10, None, None, None, 16_000, 1)
    same = {"media": "x.wav", "sha256": "0", "info": info, "transcript": None}
    clips = [
        Clip(id=c, subject=c, split=s, transcript_sha256=None, **same) for c, s in SPLITS.items()
    ]
    write_clips(CLIPS, clips)
    lay_grid()


def lay_grid(unlabelled: str = "") -> None:
    records = {c: record(i, c, SPLITS[c] != unlabelled) for i, c in enumerate(SPLITS)}
    made = {m: {"extractor": f"{m}-extractor"} for m in ("audio", "text", "labels")}
    read = lambda ids: (records[i] for i in ids)  # noqa: E731
    write_folder(ALIGN, 2, {"kind": "grid", "made_from": made}, records, read)


def params(**changes: Any) -> train.Params:
    return train.Params(**{"seeds": [1, 2], "recipe": RECIPE, "heads": HEADS, **changes})


def train_all() -> None:
    for head in HEADS:
        for seed in ("1", "2"):
            train.run(params(), head, seed)


def score(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(evaluate, "load_train", params)
    evaluate.run(evaluate.Params(split="test", threads=1))
    return json.loads((evaluate.EVALUATE / "metrics.json").read_text())


def test_what_is_planted_is_found_and_what_is_missing_is_missed(project, monkeypatch):
    train_all()
    heads = score(monkeypatch)["heads"]
    assert heads["both"]["valence"]["ccc"] > 0.7 and heads["both"]["arousal"]["ccc"] > 0.7
    assert heads["text"]["valence"]["ccc"] > 0.7 > heads["text"]["arousal"]["ccc"]
    without = heads["both"]["ccc_without"]
    assert without["audio"]["arousal"] < heads["both"]["arousal"]["ccc"] - 0.3
    assert without["text"]["valence"] < heads["both"]["valence"]["ccc"] - 0.3


def test_predictions_lie_beside_the_truth_at_their_times(project, monkeypatch):
    train_all()
    score(monkeypatch)
    with (evaluate.EVALUATE / "predictions/both/d.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(r["time"]) for r in rows] == pytest.approx(((np.arange(T) + 0.5) / 10).tolist())
    truth = record(3, "d").columns["labels"]
    assert [float(r["arousal_true"]) for r in rows] == pytest.approx(truth[:, 1].tolist(), abs=1e-6)


def test_the_same_seed_gives_the_same_files_and_another_gives_others(project):
    def files(seed: str) -> dict[str, bytes]:
        folder = train.TRAIN / f"concat-{seed}/both"
        return {p.name: p.read_bytes() for p in folder.iterdir()}

    train_all()
    first, other = files("1"), files("2")
    train.run(params(), "concat", "1")
    assert files("1") == first
    assert first["weights.safetensors"] != other["weights.safetensors"]


def test_a_split_without_labels_is_named_before_training(project):
    lay_grid(unlabelled="val")
    with pytest.raises(ValueError, match="validation split has no valid label"):
        train.run(params(), "single", "1")
    assert not train.TRAIN.exists() or not list(train.TRAIN.iterdir())


def test_a_modality_the_grid_lacks_is_named(project):
    heads = {"single": {"visual": options("visual")}}
    with pytest.raises(LookupError, match="no modality named 'visual'; the grid has: audio, text"):
        train.run(params(heads=heads), "single", "1")


def test_a_head_that_does_not_exist_is_answered_with_the_nearest(project):
    with pytest.raises(ValueError, match="Did you mean 'concat'"):
        train.run(params(heads={"concatt": {"x": options("text")}}), "concatt", "1")


def test_two_runs_of_one_name_are_refused(tmp_path: Path):
    from ruamel.yaml import YAML

    heads = {"single": {"text": options("text")}, "concat": {"text": options("audio", "text")}}
    section = {"train": {"seeds": [1], "recipe": RECIPE, "heads": heads}}
    YAML().dump(section, tmp_path / "params.yaml")
    with pytest.raises(ParamsError, match="two runs are named 'text'"):
        load("train", train.Params, tmp_path / "params.yaml")


def test_evaluation_that_fails_leaves_the_last_one_in_place(project, monkeypatch):
    train_all()
    before = score(monkeypatch)
    (train.TRAIN / "concat-1/both/weights.safetensors").write_bytes(b"damaged")
    with pytest.raises(ValueError, match=r"concat-1/both is damaged.*dvc checkout"):
        score(monkeypatch)
    assert json.loads((evaluate.EVALUATE / "metrics.json").read_text()) == before
