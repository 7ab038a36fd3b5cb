"""A head that can be calculated by hand, and runs and clips for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from models.aligned import AlignedClip
from models.head import Head
from models.recipe import Recipe
from models.standardise import Standardised
from models.targets import Ranges
from models.trained import Model, Trained

WIDTHS = {"visual": 1, "audio": 1}
TARGETS: Ranges = {"valence": (-1.0, 1.0), "arousal": (-1.0, 1.0)}
RECIPE = Recipe(
    steps=3, hop=2, batch=5, epochs=1, patience=1, optimiser="adamw", lr=0.1, weight_decay=0.0,
    schedule="constant", loss="ccc_flat", clip_norm=None, target_weights=None,
)  # fmt: skip


class Copy(Head):
    """Predicts each target as `factor` times one modality: visual is valence, audio is arousal.

    Where `own` is a number there are gates: it is the weight of the own encoding, 1 - own of the
    other candidate.
    """

    def __init__(self, targets: Sequence[str], factor: float, own: float | None) -> None:
        super().__init__(WIDTHS, RECIPE.steps, len(targets))
        of = dict(zip(TARGETS, WIDTHS, strict=True))
        self.read, self.own = [of[t] for t in targets], own
        self.factor = nn.Parameter(torch.tensor(factor))

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        return self.factor * torch.cat([streams[m] for m in self.read], dim=-1)

    def gates(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        if self.own is None:
            return {}
        pair = torch.tensor([self.own, 1 - self.own])
        return {m: pair.expand(*x.shape[:2], 2) for m, x in streams.items()}


def run(factor: float = 1.0, *, own: float | None = None, apart: bool = False, **about: Any):
    """A run under one seed: of one model, or of one for each target where `apart`."""
    models = []
    for targets in [[t] for t in TARGETS] if apart else [list(TARGETS)]:
        ranges = {t: list(TARGETS[t]) for t in targets}
        made = {"targets": ranges, "widths": WIDTHS, "run": "copy", "seed": 7, **about}
        models.append(Model(Standardised(Copy(targets, factor, own)).eval(), RECIPE, made))
    return Trained(models, models[0].about)


def clip(
    labels: Sequence[Sequence[float]],
    tokens: Sequence[Sequence[float]] | None = None,
    unlabelled: Sequence[int] = (),
    **lacks: Sequence[int],
) -> AlignedClip:
    """Labels (T, 2), and tokens (T, 2) of visual and audio, which are the labels unless given.

    The labels of the `unlabelled` steps are NaN, and those of one target at the steps it `lacks`.
    """
    y = torch.tensor(labels)
    x = y.clone() if tokens is None else torch.tensor(tokens)
    mask = torch.ones(y.shape, dtype=torch.bool)
    mask[list(unlabelled)] = False
    for target, steps in lacks.items():
        mask[list(steps), list(TARGETS).index(target)] = False
    y[~mask] = torch.nan
    present = torch.ones(len(y), dtype=torch.bool)
    return AlignedClip(
        {m: x[:, [k]] for k, m in enumerate(WIDTHS)}, dict.fromkeys(WIDTHS, present), y, mask
    )


def truth(clips: Mapping[str, AlignedClip]) -> dict[str, Any]:
    """The predictions of a run that is always right: {clip: (T, 2)}."""
    return {name: c.labels.numpy() for name, c in clips.items()}
