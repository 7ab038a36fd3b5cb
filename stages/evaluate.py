"""Trained heads -> their agreement with the annotators on one split.

reads   data/ingest/clips.jsonl, data/align/*.h5, data/train/
writes  data/evaluate/metrics.json                   each head's scores over seeds
        data/evaluate/predictions/<run>/<clip>.csv   time, valence, arousal (mean over seeds), truth
        data/evaluate/plots/*.csv                    what `dvc plots show` draws
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from models.metrics import scores
from models.sequence import Sequence
from stages._clips import read_clips, write_lines
from stages._each import progress
from stages._grid import TARGETS, Grid
from stages._main import main
from stages._params import Section, load
from stages._trained import Trained, trained
from stages._whole import whole
from stages.train import TRAIN
from stages.train import Params as TrainParams

EVALUATE = Path("data/evaluate")
Guesses = dict[str, np.ndarray]  # {clip id: (T, 2)}


class Params(Section):
    split: Literal["train", "val", "test"]
    threads: int


def run(params: Params) -> None:
    torch.set_num_threads(params.threads)
    chosen = load_train()
    grid = Grid(read_clips())
    clips = grid.split(params.split, grid.modalities)
    if not any(c.label_mask.any() for c in clips.values()):
        raise ValueError(f"the {params.split} split has no labelled clip; nothing to evaluate")
    folders = {
        name: [TRAIN / f"{head}-{seed}" / name for seed in chosen.seeds]
        for head, runs in chosen.heads.items()
        for name in runs
    }
    table: dict[str, Any] = {}
    with whole(EVALUATE) as out:
        for name in progress(iter(folders), len(folders), "evaluate", "head"):
            models = [trained(folder) for folder in folders[name]]
            guesses = [_guess(model, clips) for model in models]
            scored = _over_seeds([_score(g, clips) for g in guesses])
            table[name] = {**scored, **_missing(models, clips)}
            mean = {c: np.mean([g[c] for g in guesses], axis=0) for c in clips}
            _write_predictions(out / "predictions" / name, mean, clips, grid)
        metrics = {"heads": table, "split": params.split, "clips": len(clips)}
        metrics["features"] = grid.provenance()
        text = json.dumps(metrics, indent=2, ensure_ascii=False)
        write_lines(out / "metrics.json", [text])
        _write_plots(out / "plots", table, folders)


def load_train() -> TrainParams:
    """The section of `train`, which says what was trained."""
    return load("train", TrainParams)


def _guess(model: Trained, clips: Mapping[str, Sequence], without: str | None = None) -> Guesses:
    """Predictions for every clip, as if the modality `without` had no data."""
    out: Guesses = {}
    for name, clip in clips.items():
        masks = {m: x & (m != without) for m, x in clip.masks.items()}
        seen = Sequence(clip.tokens, masks, clip.labels, clip.label_mask)
        out[name] = model(seen).numpy()
    return out


def _score(guesses: Guesses, clips: Mapping[str, Sequence]) -> dict[str, dict[str, float]]:
    """{target: {metric: value}} over every labelled step of all clips."""
    guess = np.concatenate([guesses[c] for c in clips])  # (R, 2)
    truth = np.concatenate([clip.labels.numpy() for clip in clips.values()])
    valid = np.concatenate([clip.label_mask.numpy() for clip in clips.values()])
    return scores(guess, truth, valid, TARGETS)


def _over_seeds(each: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Mean and standard deviation (population) over seeds; `mean` is over valence and arousal."""
    each = [{**s, "mean": {"ccc": float(np.mean([s[t]["ccc"] for t in TARGETS]))}} for s in each]
    table: dict[str, dict[str, float]] = {}
    for target in each[0]:
        table[target] = {m: _round(np.mean([s[target][m] for s in each])) for m in each[0][target]}
        table[target]["ccc_std"] = _round(np.std([s[target]["ccc"] for s in each]))
    return table


def _missing(models: Iterable[Trained], clips: Mapping[str, Sequence]) -> dict[str, Any]:
    """CCC of a head of several modalities with each of them taken away, mean over seeds."""
    models = list(models)
    modalities = list(models[0].about["widths"])
    if len(modalities) < 2:
        return {}
    without = {}
    for m in modalities:
        each = [_score(_guess(model, clips, without=m), clips) for model in models]
        without[m] = {t: _round(np.mean([s[t]["ccc"] for s in each])) for t in TARGETS}
    return {"ccc_without": without}


def _round(x: Any) -> float:
    return round(float(x), 6)


def _write_predictions(
    folder: Path, guesses: Guesses, clips: Mapping[str, Sequence], grid: Grid
) -> None:
    for clip, guess in guesses.items():
        truth = np.where(clips[clip].label_mask[:, None], clips[clip].labels, np.nan)
        rows = np.column_stack([grid.times(clip), guess, truth])
        columns = ["time", *TARGETS, *(f"{t}_true" for t in TARGETS)]
        cells = ([f"{x:.6f}" if np.isfinite(x) else "" for x in row] for row in rows)
        _write_csv(folder / f"{clip}.csv", columns, cells)


def _write_plots(out: Path, table: Mapping[str, Any], folders: Mapping[str, list[Path]]) -> None:
    ccc = [[name, t, table[name][t]["ccc"]] for name in table for t in TARGETS]
    _write_csv(out / "ccc.csv", ["run", "target", "ccc"], ccc)
    rows = []
    for name, seeds in folders.items():
        for folder in seeds:
            with (folder / "history.csv").open(encoding="utf-8") as file:
                rows += [[name, folder.parent.name, *row.values()] for row in csv.DictReader(file)]
    columns = ["run", "trained", "epoch", "lr", "loss", *(f"val_ccc_{t}" for t in TARGETS)]
    _write_csv(out / "history.csv", columns, rows)


def _write_csv(path: Path, columns: list[str], rows: Iterable[Iterable[Any]]) -> None:
    write_lines(path, (",".join(map(str, row)) for row in [columns, *rows]))


if __name__ == "__main__":
    main("evaluate", Params, run)
