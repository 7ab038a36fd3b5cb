"""Prediction of whole clips: a trained head over their windows, averaged where these overlap."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from models import windows
from models.clip import Clip, Clips
from models.dataset import Batch, Dataset
from models.recipe import Recipe
from models.standardise import Standardised

Outputs = dict[Hashable, Tensor]  # {what: (B, T, K) of windows, or (T, K) of a clip}
Forward = Callable[[Batch], Outputs]
PREDICTED, GATES = "predicted", "gates"


def predict(model: Standardised, clip: Clip, steps: int, hop: int, batch: int) -> Tensor:
    """Predictions for one clip of T steps: (T, Y) on the CPU, the mean of all windows over a step.

    The head reads `batch` windows of one clip at a time, so that no clip's values depend on
    another's. Raises as the head does.
    """
    return predict_many(model, {"clip": clip}, steps, hop, batch)["clip"]


def predict_many(
    model: Standardised, clips: Clips, steps: int, hop: int, batch: int
) -> dict[str, Tensor]:
    """Predictions for one clip or more, {name: (T, Y)}: as `predict`, faster for many short clips.

    Windows of several clips share a batch, on which the last bits of a prediction depend.
    """
    data = Dataset.cut(clips, list(model.head.widths), steps, hop)
    none = torch.zeros(0, model.head.targets)
    found = over_clips(model, data, hop, batch, lambda b: {PREDICTED: model(b.tokens, b.masks)})
    return {name: outputs.get(PREDICTED, none) for name, outputs in found}


def explain(model: Standardised, clip: Clip, steps: int, hop: int, batch: int) -> dict[str, Tensor]:
    """Gate weights for one clip of T steps, {modality: (T, N)}, averaged as by `predict`."""
    data = Dataset.cut({"clip": clip}, list(model.head.widths), steps, hop)
    ((_, weights),) = over_clips(
        model, data, hop, batch, lambda b: {**model.explain(b.tokens, b.masks)}
    )
    return {str(m): x for m, x in weights.items()}


def with_gates(model: Standardised, clip: Clip, recipe: Recipe) -> tuple[Tensor, dict[str, Tensor]]:
    """What `predict` and `explain` say of one clip, encoded once."""

    def forward(batch: Batch) -> Outputs:
        encoded = model.encoded(batch.tokens, batch.masks)
        gates = {(GATES, m): weights for m, weights in model.gates(encoded).items()}
        return {PREDICTED: model.decoded(encoded), **gates}

    data = Dataset.cut({"clip": clip}, list(model.head.widths), recipe.steps, recipe.hop)
    ((_, found),) = over_clips(model, data, recipe.hop, recipe.batch, forward)
    predicted = found.pop(PREDICTED, torch.zeros(0, model.head.targets))
    return predicted, {key[1]: weights for key, weights in found.items() if isinstance(key, tuple)}


def over_clips(
    model: Standardised, data: Dataset, hop: int, batch: int, forward: Forward
) -> Iterator[tuple[str, Outputs]]:
    """Whatever is made of each window -> each clip's name and that, averaged: {what: (T, K)}.

    The model is in eval mode and without gradients meanwhile. Clips come in their order, as soon
    as their last window is done; one of no steps has no outputs.
    """
    made: dict[Hashable, list[Tensor]] = {}  # of windows whose clip has not come yet
    counts = torch.bincount(data.clip, minlength=len(data.clips)).tolist()
    left = list(zip(data.clips.items(), counts, strict=True))[::-1]
    numbers = torch.arange(len(data)).split(batch) if len(data) else ()
    with _evaluating(model):
        for read in data.to(model.device).batches(numbers):
            with torch.inference_mode():
                for key, out in forward(read).items():
                    made.setdefault(key, []).extend(out.cpu())
            held = len(next(iter(made.values()), []))
            while left and left[-1][1] <= held:
                (name, clip), count = left.pop()
                yield name, _averaged(made, count, len(clip), hop)
                held -= count
    for (name, _), _ in reversed(left):  # without windows, or nothing was made of them
        yield name, {}


def _averaged(
    made: dict[Hashable, list[Tensor]], count: int, length: int, hop: int
) -> dict[Hashable, Tensor]:
    """The first `count` windows (T, K) of each list, taken from it -> {what: (length, K)}."""
    out = {}
    for key, each in made.items():
        taken, made[key] = each[:count], each[count:]
        if taken:
            out[key] = windows.average(torch.stack(taken), length, hop)
    return out


@contextmanager
def _evaluating(model: Standardised) -> Iterator[None]:
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)
