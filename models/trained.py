"""Trained: a run under one seed, loaded and ready to predict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.aligned import AlignedClip
from models.prediction import explain, predict, predict_many
from models.recipe import Recipe
from models.standardise import Standardised

Predictions = dict[str, np.ndarray]  # {clip id: (T, Y)}


@dataclass(frozen=True, eq=False)
class Model:
    """A trained model in eval mode, with its recipe and the record of how it was made.

    about  its `targets` are a mapping {target: [low, high]}, in the order of its predictions
    """

    model: Standardised
    recipe: Recipe
    about: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Trained:
    """A run under one seed: one model of all targets, or one model of each.

    about  the record of how its first model was made, with the validation CCC of all
    """

    models: list[Model]
    about: dict[str, Any]

    def __call__(self, clip: AlignedClip) -> Tensor:
        """Predictions for one clip: (T, Y)."""
        each = [predict(m.model, clip, *_windows(m.recipe)) for m in self.models]
        return torch.cat(each, dim=1)

    def each_of(self, clips: Mapping[str, AlignedClip]) -> Predictions:
        """Predictions for every clip, {name: (T, Y)}, in batches of one clip's windows.

        Raises FloatingPointError naming clip, run and seed for predictions that are not finite.
        """
        return self._finite({name: self(clip).numpy() for name, clip in clips.items()})

    def together(self, clips: Mapping[str, AlignedClip]) -> Predictions:
        """Predictions for every clip, {name: (T, Y)}, in batches of several clips' windows.

        As `each_of`, about twice as fast for short clips, but for the last bits.
        """
        parts = [predict_many(m.model, clips, *_windows(m.recipe)) for m in self.models]
        each = {name: torch.cat([part[name] for part in parts], dim=1) for name in clips}  # (T, Y)
        return self._finite({name: predicted.numpy() for name, predicted in each.items()})

    def explain(self, clip: AlignedClip) -> dict[str, Tensor]:
        """Gate weights for one clip: {modality: (T, N)}, empty without gates.

        With one model per target the keys are `target:modality`.
        """
        out = {}
        for m in self.models:
            prefix = f"{next(iter(m.about['targets']))}:" if len(self.models) > 1 else ""
            gates = explain(m.model, clip, *_windows(m.recipe))
            out |= {f"{prefix}{name}": weights for name, weights in gates.items()}
        return out

    def _finite(self, predictions: Predictions) -> Predictions:
        for name, predicted in predictions.items():
            if bad := int((~np.isfinite(predicted)).sum()):
                raise FloatingPointError(
                    f"{self.about['run']}, seed {self.about['seed']}: {bad} of {predicted.size} "
                    f"predictions for clip {name!r} are not finite"
                )
        return predictions


def gates(seeds: Sequence[Trained], clip: AlignedClip) -> dict[str, np.ndarray]:
    """Mean gate weights over seeds: {`modality_candidate`: (T,)}, empty without gates.

    Candidate 0 is the modality's own encoding, n its stream after n recursions.
    """
    each = [trained.explain(clip) for trained in seeds]
    mean = {m: np.mean([seed[m].numpy() for seed in each], axis=0) for m in each[0]}  # (T, N)
    return {f"{m}_{n}": column for m, x in mean.items() for n, column in enumerate(x.T)}


def _windows(recipe: Recipe) -> tuple[int, int, int]:
    return recipe.steps, recipe.hop, recipe.batch
