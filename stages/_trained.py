"""A trained head read back from its folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from models.fusion import build
from models.prediction import predict
from models.recipe import Recipe
from models.sequence import Sequence
from models.standardise import Standardised
from stages._grid import TARGETS


@dataclass(frozen=True, eq=False)
class Trained:
    """One run under one seed: its model in eval mode, and how it was made."""

    model: Standardised
    recipe: Recipe
    about: dict[str, Any]

    def __call__(self, clip: Sequence) -> Tensor:
        """A clip on its grid -> (T, 2)."""
        r = self.recipe
        return predict(self.model, clip, r.steps, r.hop, r.batch)


def trained(folder: Path) -> Trained:
    """Read one run's folder. Raises FileNotFoundError or ValueError naming it."""
    try:
        about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        weights = load_file(folder / "weights.safetensors")
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"no trained head in {folder}; run `dvc repro train`, or `dvc pull --allow-missing`"
        ) from error
    except (SafetensorError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{folder} is damaged ({error}); run `dvc checkout --force` or train again"
        ) from error
    recipe = Recipe(**about["recipe"])
    head = build(about["head"], about["widths"], recipe.steps, len(TARGETS), **about["options"])
    model = Standardised(head)
    model.load_state_dict(weights)
    return Trained(model.eval(), recipe, about)
