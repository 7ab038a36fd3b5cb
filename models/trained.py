"""Trained: a run under one seed, loaded and ready to predict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.clip import Clip, Clips
from models.dataset import Dataset
from models.prediction import Forward, Outputs, explain, over_clips, predict
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

    def __call__(self, clip: Clip) -> Tensor:
        """Predictions for one clip: (T, Y)."""
        each = [predict(m.model, clip, *_windows(m.recipe)) for m in self.models]
        return torch.cat(each, dim=1)

    def each_of(self, clips: Clips) -> Predictions:
        """Predictions for every clip, {name: (T, Y)}, in batches of one clip's windows.

        Raises FloatingPointError naming clip, run and seed for predictions that are not finite.
        """
        return {name: self.finite(name, self(clip).numpy()) for name, clip in clips.items()}

    def over_clips(
        self, clips: Clips, forward: Callable[[Model], Forward]
    ) -> Iterator[tuple[str, Outputs]]:
        """What is made of every clip, {what: (T, K)}, in batches of several clips' windows.

        forward  of a model: a batch of windows -> {what: (B, T, K)}; where there is one model a
        target, what has the same name stands side by side. The last bits of a value depend on
        which clips there are.
        """
        each = [
            over_clips(m.model, _cut(m, clips), m.recipe.hop, m.recipe.batch, forward(m))
            for m in self.models
        ]
        for found in zip(*each, strict=True):
            name = found[0][0]
            made = {key: [outputs[key] for _, outputs in found] for key in found[0][1]}
            yield name, {key: torch.cat(parts, dim=1) for key, parts in made.items()}

    def explain(self, clip: Clip) -> dict[str, Tensor]:
        """Gate weights for one clip: {modality: (T, N)}, empty without gates.

        With one model per target the keys are `target:modality`.
        """
        out = {}
        for m in self.models:
            gates = explain(m.model, clip, *_windows(m.recipe))
            out |= {f"{self.prefix(m)}{name}": weights for name, weights in gates.items()}
        return out

    def prefix(self, model: Model) -> str:
        """What tells the gates of one of several models apart: its target."""
        return f"{next(iter(model.about['targets']))}:" if len(self.models) > 1 else ""

    def finite(self, clip: str, predicted: np.ndarray) -> np.ndarray:
        """Predictions for a clip, as they are. Raises FloatingPointError, see `each_of`."""
        if bad := int((~np.isfinite(predicted)).sum()):
            raise FloatingPointError(
                f"{self.about['run']}, seed {self.about['seed']}: {bad} of {predicted.size} "
                f"predictions for clip {clip!r} are not finite"
            )
        return predicted


def gates(seeds: Sequence[Trained], clip: Clip) -> dict[str, np.ndarray]:
    """Mean gate weights over seeds: {`modality_candidate`: (T,)}, empty without gates.

    Candidate 0 is the modality's own encoding, n its stream after n recursions.
    """
    return mean_gates([trained.explain(clip) for trained in seeds])


def mean_gates(each: Sequence[Mapping[str, Tensor]]) -> dict[str, np.ndarray]:
    """As `gates`, of what `Trained.explain` said for each seed."""
    mean = {m: np.mean([seed[m].numpy() for seed in each], axis=0) for m in each[0]}  # (T, N)
    return {f"{m}_{n}": column for m, x in mean.items() for n, column in enumerate(x.T)}


def _cut(model: Model, clips: Clips) -> Dataset:
    recipe = model.recipe
    return Dataset.cut(clips, list(model.model.head.widths), recipe.steps, recipe.hop)


def _windows(recipe: Recipe) -> tuple[int, int, int]:
    return recipe.steps, recipe.hop, recipe.batch
