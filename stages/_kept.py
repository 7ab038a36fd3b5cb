"""A trained head kept in its folder.

    weights.safetensors   of the best epoch, with the scale of every feature
    history.csv           epoch, lr, loss, validation CCC and how far the gates were open
    run.json              how it was made, what made its features, and what it reached

A run with one model for valence and one for arousal has two such folders inside its own.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from models.training import Training


def keep(folder: Path, training: Training, about: Mapping[str, Any]) -> None:
    """Write what came out of a training; `about` names its `targets`."""
    folder.mkdir(parents=True)
    weights = {k: v.contiguous() for k, v in training.weights.items()}
    save_file(weights, folder / "weights.safetensors")
    best, targets = training.best, about["targets"]
    reached = {"epoch": best.epoch, **dict(zip(targets, best.ccc, strict=True))}
    text = json.dumps({**about, "validation": reached}, indent=2, ensure_ascii=False)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8")
    columns = [*(f"val_ccc_{t}" for t in targets), *(f"gate_{m}" for m in best.open)]
    with (folder / "history.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["epoch", "lr", "loss", *columns])
        rows.writerows([r.epoch, r.lr, r.loss, *r.ccc, *r.open.values()] for r in training.history)
