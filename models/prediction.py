"""Prediction of whole clips: a trained head over their windows, averaged where these overlap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import torch
from torch import Tensor

from models import windows
from models.aligned import AlignedClip
from models.dataset import Batch, Dataset
from models.standardise import Standardised

Output = TypeVar("Output")


def predict(model: Standardised, clip: AlignedClip, steps: int, hop: int, batch: int) -> Tensor:
    """Predictions for one clip of T steps: (T, Y) on the CPU, the mean of all windows over a step.

    The head reads `batch` windows of one clip at a time, so that no clip's values depend on
    another's. Raises as the head does.
    """
    return predict_many(model, {"clip": clip}, steps, hop, batch)["clip"]


def predict_many(
    model: Standardised, clips: Mapping[str, AlignedClip], steps: int, hop: int, batch: int
) -> dict[str, Tensor]:
    """Predictions for one clip or more, {name: (T, Y)}: as `predict`, faster for many short clips.

    Windows of several clips share a batch, on which the last bits of a prediction depend.
    """
    outputs = _each_batch(model, clips, steps, hop, batch, lambda b: model(b.tokens, b.masks))
    none = torch.zeros(0, steps, model.head.targets)
    return _each_clip(torch.cat([none, *(x.cpu() for x in outputs)]), clips, hop)


def explain(
    model: Standardised, clip: AlignedClip, steps: int, hop: int, batch: int
) -> dict[str, Tensor]:
    """Gate weights for one clip of T steps, {modality: (T, N)}, averaged as by `predict`."""
    clips = {"clip": clip}
    outputs = _each_batch(
        model, clips, steps, hop, batch, lambda b: model.explain(b.tokens, b.masks)
    )
    modalities = outputs[0] if outputs else {}
    stacked = {m: torch.cat([x[m] for x in outputs]).cpu() for m in modalities}  # (W, T, N)
    return {m: _each_clip(x, clips, hop)["clip"] for m, x in stacked.items()}  # (T, N)


def _each_batch(
    model: Standardised,
    clips: Mapping[str, AlignedClip],
    steps: int,
    hop: int,
    batch: int,
    forward: Callable[[Batch], Output],
) -> list[Output]:
    """Outputs of the model, in eval mode and without gradients, for each batch of windows."""
    device = next(model.parameters()).device
    data = Dataset.cut(clips, list(model.head.widths), steps, hop).to(device)
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            order = torch.arange(len(data), device=device).split(batch)
            return [forward(data.batch(which)) for which in order if len(which)]
    finally:
        model.train(training)


def _each_clip(outputs: Tensor, clips: Mapping[str, AlignedClip], hop: int) -> dict[str, Tensor]:
    """Outputs for the windows of all clips (W, T, Y) -> {clip: (its steps, Y)}."""
    lengths = [len(clip) for clip in clips.values()]
    counts = [len(windows.starts(length, outputs.shape[1], hop)) for length in lengths]
    parts = zip(clips, outputs.split(counts), lengths, strict=True)
    return {name: windows.average(part, length, hop) for name, part, length in parts}
