"""A trained head, read back from the folder it was kept in (see stages._kept)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from models.fusion import build
from models.prediction import explain, predict
from models.recipe import Recipe
from models.sequence import Sequence
from models.standardise import Standardised
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
    return Trained([_model(place) for place in _places(folder)], made(folder))


def made(folder: Path) -> dict[str, Any]:
    """How a run under one seed was made, of its first model, with the validation CCC of all.

    Raises FileNotFoundError or ValueError naming the folder.
    """
    each = [_about(place) for place in _places(folder)]
    reached = {t: about["validation"][t] for about in each for t in about["targets"]}
    return {**each[0], "validation": reached}


def _places(folder: Path) -> list[Path]:
    """Where a run's models lie: one, or one for each target."""
    return [folder] if (folder / "run.json").is_file() else [folder / t for t in TARGETS]


def _about(folder: Path) -> dict[str, Any]:
    with _whole(folder):
        return json.loads((folder / "run.json").read_text(encoding="utf-8"))


@contextmanager
def _whole(folder: Path) -> Iterator[None]:
    """What is missing or damaged is an error that names the folder."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileNotFoundError(_absent(folder)) from error
    except (SafetensorError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{folder} is damaged ({error}); run `dvc checkout --force` or train again"
        ) from error


def _model(folder: Path) -> Model:
    about = _about(folder)
    with _whole(folder):
        weights = load_file(folder / "weights.safetensors")
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
