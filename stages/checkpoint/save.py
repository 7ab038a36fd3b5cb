"""A trained run, written into its folder."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from features.fingerprint import file_sha256
from models.training import Training
from stages.checkpoint.load import WEIGHTS, head_code


def save(folder: Path, training: Training, about: Mapping[str, Any]) -> None:
    """Write what came out of a training; `about` names its `head` and its `targets`."""
    folder.mkdir(parents=True)
    weights = {k: v.contiguous() for k, v in training.weights.items()}
    save_file(weights, folder / WEIGHTS)
    best, targets = training.best, about["targets"]
    made = {**about, "code": head_code(about["head"])}
    made |= {"weights_sha256": file_sha256(folder / WEIGHTS)}
    made |= {"validation": {"epoch": best.epoch, **dict(zip(targets, best.ccc, strict=True))}}
    text = json.dumps(made, indent=2, ensure_ascii=False)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8")
    columns = [*(f"val_ccc_{t}" for t in targets), *(f"gate_{m}" for m in best.gate_activity)]
    with (folder / "history.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["epoch", "lr", "loss", *columns])
        for r in training.history:
            rows.writerow([r.epoch, r.lr, r.loss, *r.ccc, *r.gate_activity.values()])
