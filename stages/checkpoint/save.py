"""The files of a trained run's folder."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from safetensors.torch import save

from models.training import Training
from stages.checkpoint.load import WEIGHTS


def contents(training: Training, about: Mapping[str, Any]) -> dict[str, bytes]:
    """What came out of a training, {name of a file: content}; `about` how it was made, with
    its `targets`.
    """
    weights = save({k: v.contiguous() for k, v in training.weights.items()})
    best, targets = training.best, about["targets"]
    made = {**about, "weights_sha256": sha256(weights).hexdigest()}
    made |= {"validation": {"epoch": best.epoch, **dict(zip(targets, best.ccc, strict=True))}}
    text = json.dumps(made, indent=2, ensure_ascii=False)
    return {
        WEIGHTS: weights,
        "run.json": (text + "\n").encode(),
        "history.csv": _history(training, list(targets)).encode(),
    }


def _history(training: Training, targets: list[str]) -> str:
    gates = training.best.gate_activity
    columns = [*(f"val_ccc_{t}" for t in targets), *(f"gate_{m}" for m in gates)]
    file = io.StringIO(newline="")
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["epoch", "lr", "loss", *columns])
    for r in training.history:
        rows.writerow([r.epoch, r.lr, r.loss, *r.ccc, *r.gate_activity.values()])
    return file.getvalue()
