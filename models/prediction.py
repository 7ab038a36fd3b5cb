"""Prediction: a trained head over a whole clip, one value per target at each step of its grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import torch
from torch import Tensor

from models import windows
from models.dataset import Batch, Dataset
from models.sequence import Sequence
from models.standardise import Standardised

Answer = TypeVar("Answer")


def predict(model: Standardised, clip: Sequence, steps: int, hop: int, batch: int) -> Tensor:
    """One clip of T steps -> (T, Y) on the CPU, the mean of the windows that saw each step.

    The head reads `batch` windows of one clip at a time, so that no clip's values depend on
    another's. Raises as the head does.
    """
    return predict_many(model, {"clip": clip}, steps, hop, batch)["clip"]


def predict_many(
    model: Standardised, clips: Mapping[str, Sequence], steps: int, hop: int, batch: int
) -> dict[str, Tensor]:
    """As `predict`, for one clip or more: {name: (T, Y)}, faster for many short ones.

    Windows of several clips share a batch, on which the last bits of a prediction depend.
    """
    answers = _each_batch(model, clips, steps, hop, batch, lambda b: model(b.tokens, b.masks))
    none = torch.zeros(0, steps, model.head.targets)
    return _each_clip(torch.cat([none, *(a.cpu() for a in answers)]), clips, hop)


def explain(
    model: Standardised, clip: Sequence, steps: int, hop: int, batch: int
) -> dict[str, Tensor]:
    """One clip of T steps -> gate weights {modality: (T, N)}, averaged and batched as predicted."""
    clips = {"clip": clip}
    answers = _each_batch(
        model, clips, steps, hop, batch, lambda b: model.explain(b.tokens, b.masks)
    )
    modalities = answers[0] if answers else {}
    stacked = {m: torch.cat([a[m] for a in answers]).cpu() for m in modalities}  # (W, T, N)
    return {m: _each_clip(x, clips, hop)["clip"] for m, x in stacked.items()}  # (T, N)


def _each_batch(
    model: Standardised,
    clips: Mapping[str, Sequence],
    steps: int,
    hop: int,
    batch: int,
    ask: Callable[[Batch], Answer],
) -> list[Answer]:
    """Ask the model, in eval mode and without gradients, about each batch of the clips' windows."""
    device = next(model.parameters()).device
    data = Dataset.cut(clips, list(model.head.widths), steps, hop).to(device)
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            order = torch.arange(len(data), device=device).split(batch)
            return [ask(data.batch(which)) for which in order if len(which)]
    finally:
        model.train(training)


def _each_clip(answers: Tensor, clips: Mapping[str, Sequence], hop: int) -> dict[str, Tensor]:
    """Answers about the windows of the clips (W, T, Y) -> {clip: (its steps, Y)}."""
    lengths = [len(clip) for clip in clips.values()]
    counts = [len(windows.starts(length, answers.shape[1], hop)) for length in lengths]
    parts = zip(clips, answers.split(counts), lengths, strict=True)
    return {name: windows.average(part, length, hop) for name, part, length in parts}
