"""Prediction: a trained head over a whole clip, one value per target at each step of its grid."""

from __future__ import annotations

from collections.abc import Callable
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
    answers = _each_batch(model, clip, steps, hop, batch, lambda b: model(b.tokens, b.masks))
    if not answers:
        return torch.zeros(0, model.head.targets)
    return windows.average(torch.cat(answers).cpu(), len(clip), hop)  # (T, Y)


def explain(
    model: Standardised, clip: Sequence, steps: int, hop: int, batch: int
) -> dict[str, Tensor]:
    """One clip of T steps -> gate weights {modality: (T, N)}, averaged and batched as predicted."""
    answers = _each_batch(
        model, clip, steps, hop, batch, lambda b: model.explain(b.tokens, b.masks)
    )
    modalities = answers[0] if answers else {}
    stacked = {m: torch.cat([a[m] for a in answers]).cpu() for m in modalities}  # (W, T, N)
    return {m: windows.average(x, len(clip), hop) for m, x in stacked.items()}  # (T, N)


def _each_batch(
    model: Standardised,
    clip: Sequence,
    steps: int,
    hop: int,
    batch: int,
    ask: Callable[[Batch], Answer],
) -> list[Answer]:
    """Ask the model, in eval mode and without gradients, about each batch of a clip's windows."""
    device = next(model.parameters()).device
    data = Dataset.cut([clip], list(model.head.widths), steps, hop).to(device)
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            order = torch.arange(len(data), device=device).split(batch)
            return [ask(data.batch(which)) for which in order if len(which)]
    finally:
        model.train(training)
