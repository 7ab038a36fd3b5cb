"""A trained head kept in its folder, and read back from it.

    weights.safetensors   of the best epoch, with the scale of every feature
    history.csv           epoch, lr, loss, validation CCC and how far the gates were open
    run.json              how it was made and what it reached

A run with one model for valence and one for arousal has two such folders inside its own.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from models.fusion import build
from models.prediction import explain, predict
from models.recipe import Recipe
from models.sequence import Sequence
from models.standardise import Standardised
from models.training import Training
from stages._grid import TARGETS

TRAIN = Path("data/train")


@dataclass(frozen=True, eq=False)
class Model:
    """One trained model, in eval mode, and how it was made."""

    model: Standardised
    recipe: Recipe
    about: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Trained:
    """One run under one seed. `about` is of its first model, with the validation CCC of all."""

    models: list[Model]
    about: dict[str, Any]

    def __call__(self, clip: Sequence) -> Tensor:
        """A clip on its grid -> (T, 2)."""
        each = [predict(m.model, clip, *_windows(m.recipe)) for m in self.models]
        return torch.cat(each, dim=1)

    def explain(self, clip: Sequence) -> dict[str, Tensor]:
        """A clip on its grid -> gate weights {modality: (T, N)}, empty without gates.

        Of two models they are told apart as {`target:modality`}.
        """
        out = {}
        for m in self.models:
            prefix = f"{m.about['targets'][0]}:" if len(self.models) > 1 else ""
            gates = explain(m.model, clip, *_windows(m.recipe))
            out |= {f"{prefix}{name}": weights for name, weights in gates.items()}
        return out


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


def runs(kinds: Iterable[str], seeds: Iterable[int]) -> dict[str, list[Path]]:
    """Every run of these heads, {name: its folder under each seed}, as they lie on disk."""
    found: dict[str, list[Path]] = {}
    for kind in kinds:
        for seed in seeds:
            folder = TRAIN / f"{kind}-{seed}"
            inside = sorted(p for p in folder.iterdir()) if folder.is_dir() else []
            if not inside:
                raise FileNotFoundError(_absent(folder))
            for path in inside:
                found.setdefault(path.name, []).append(path)
    return found


def trained(folder: Path) -> Trained:
    """Read one run's folder. Raises FileNotFoundError or ValueError naming it."""
    whole = (folder / "run.json").is_file()
    models = [_model(place) for place in ([folder] if whole else [folder / t for t in TARGETS])]
    reached = {t: m.about["validation"][t] for m in models for t in m.about["targets"]}
    return Trained(models, {**models[0].about, "validation": reached})


def _model(folder: Path) -> Model:
    try:
        about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        weights = load_file(folder / "weights.safetensors")
    except FileNotFoundError as error:
        raise FileNotFoundError(_absent(folder)) from error
    except (SafetensorError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{folder} is damaged ({error}); run `dvc checkout --force` or train again"
        ) from error
    recipe = Recipe(**about["recipe"])
    widths, targets = about["widths"], len(about["targets"])
    head = build(about["head"], widths, recipe.steps, targets, **about["options"])
    model = Standardised(head)
    model.load_state_dict(weights)
    return Model(model.eval(), recipe, about)


def _absent(folder: Path) -> str:
    return f"no trained head in {folder}; run `dvc repro train`, or `dvc pull --allow-missing`"


def _windows(recipe: Recipe) -> tuple[int, int, int]:
    return recipe.steps, recipe.hop, recipe.batch
