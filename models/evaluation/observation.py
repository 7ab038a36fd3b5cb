"""Observation: all that evaluation wants to know of a run under one seed about one clip."""

from __future__ import annotations

from collections.abc import Hashable

import torch
from torch import Tensor

from models.clip import Clip
from models.dataset import Batch, Dataset
from models.prediction import GATES, PREDICTED, Outputs, over_clips
from models.trained import Model, Trained

WITHOUT = "without"
Observed = dict[str, Tensor]  # see `observe`


def observe(trained: Trained, name: str, clip: Clip) -> Observed:
    """What a run says of a clip: {"predicted": (T, Y), "without/<modality>": (T, Y) with that one
    masked at every step, "gates/<modality>": (T, N)}.

    In batches of the clip's own windows, so that no other clip changes a bit. A run of one
    modality has no "without", one without gates no "gates". Raises FloatingPointError naming clip,
    run and seed for predictions that are not finite.
    """
    found: dict[str, list[Tensor]] = {}
    for model in trained.models:
        recipe = model.recipe
        data = Dataset.cut({name: clip}, list(model.model.head.widths), recipe.steps, recipe.hop)
        ((_, outputs),) = over_clips(
            model.model, data, recipe.hop, recipe.batch, lambda batch, m=model: _all(m, batch)
        )
        for key, values in outputs.items():
            found.setdefault(_named(key, trained, model), []).append(values)
    observed = {key: torch.cat(parts, dim=1) for key, parts in found.items()}
    for key, values in observed.items():
        if not key.startswith(GATES):
            trained.finite(name, values.numpy())
    targets = sum(len(model.about["targets"]) for model in trained.models)
    return observed or {PREDICTED: torch.zeros(0, targets)}


def _all(model: Model, batch: Batch) -> Outputs:
    whole = model.model
    encoded = whole.encoded(batch.tokens, batch.masks)
    out: Outputs = {PREDICTED: whole.decoded(encoded)}
    for m in batch.masks if len(batch.masks) > 1 else ():
        masks = {**batch.masks, m: torch.zeros_like(batch.masks[m])}
        out[WITHOUT, m] = whole.decoded(whole.other(encoded, m, batch.tokens, masks))
    return out | {(GATES, m): weights for m, weights in whole.gates(encoded).items()}


def _named(key: Hashable, trained: Trained, model: Model) -> str:
    if not isinstance(key, tuple):
        return str(key)
    what, modality = key
    return f"{what}/{trained.prefix(model) if what == GATES else ''}{modality}"
