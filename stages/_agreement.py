"""What trained heads answer about a split, and how far that agrees with the annotators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from models.metrics import scores
from models.prediction import predict_many
from models.published import PROTOCOLS
from models.sequence import Sequence as Steps
from stages._grid import TARGETS
from stages._trained import Trained

MEASURED = (*TARGETS, "mean")  # of valence and arousal
Clips = Mapping[str, Steps]
Guesses = dict[str, np.ndarray]  # {clip id: (T, 2)}
Scores = dict[str, dict[str, float]]  # {one of MEASURED: {metric: value}}


def answers(model: Trained, clips: Clips) -> Guesses:
    """A model's predictions for every clip. Raises FloatingPointError naming clip, run and seed."""
    return _finite(model, {name: model(clip).numpy() for name, clip in clips.items()})


def answers_together(model: Trained, clips: Clips) -> Guesses:
    """As `answers`, about twice as fast for short clips, which share batches: that may change the
    last bits."""
    parts = [
        predict_many(m.model, clips, m.recipe.steps, m.recipe.hop, m.recipe.batch)
        for m in model.models
    ]
    each = {name: torch.cat([part[name] for part in parts], dim=1) for name in clips}  # (T, 2)
    return _finite(model, {name: guess.numpy() for name, guess in each.items()})


def _finite(model: Trained, guesses: Guesses) -> Guesses:
    for name, guess in guesses.items():
        if bad := int((~np.isfinite(guess)).sum()):
            raise FloatingPointError(
                f"{model.about['run']}, seed {model.about['seed']}: {bad} of {guess.size} "
                f"predictions for clip {name!r} are not finite"
            )
    return guesses


def agreement(guesses: Guesses, clips: Clips, variants: Sequence[str] = ()) -> Scores:
    """Every metric, and variants of models.published, over all labelled steps of all clips."""
    each = [(guesses[n], c.labels.numpy(), c.label_mask.numpy()) for n, c in clips.items()]
    guess, truth, valid = (np.concatenate(parts) for parts in zip(*each, strict=True))
    table = scores(guess, truth, valid, TARGETS)
    for variant in variants:
        for target, value in zip(TARGETS, PROTOCOLS[variant](each), strict=True):
            table[target][variant] = float(value)
    means = {m: float(np.mean([table[t][m] for t in TARGETS])) for m in ("ccc", *variants)}
    return {**table, "mean": means}


def over_seeds(each: Sequence[Scores]) -> Scores:
    """Mean over seeds of every metric, and the standard deviation (population) of CCC."""
    table: Scores = {}
    for target, metrics in each[0].items():
        table[target] = {m: rounded(np.mean([s[target][m] for s in each])) for m in metrics}
        table[target]["ccc_std"] = rounded(np.std([s[target]["ccc"] for s in each]))
    return table


def ccc_without(models: Sequence[Trained], clips: Clips) -> dict[str, Any]:
    """CCC of a head of several modalities with each of them taken away, mean over seeds."""
    modalities = list(models[0].about["widths"])
    if len(modalities) < 2:
        return {}
    lacking = {m: _lacking(models, clips, m) for m in modalities}
    return {"ccc_without": {m: {t: s[t]["ccc"] for t in TARGETS} for m, s in lacking.items()}}


def _lacking(models: Sequence[Trained], clips: Clips, modality: str) -> Scores:
    poorer = {}
    for name, clip in clips.items():
        masks = {m: x & (m != modality) for m, x in clip.masks.items()}
        poorer[name] = replace(clip, masks=masks)
    return over_seeds([agreement(answers(model, poorer), poorer) for model in models])


def rounded(x: Any) -> float:
    """To the digits that are written down."""
    return round(float(x), 6)
