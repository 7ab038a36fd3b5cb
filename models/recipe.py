"""Recipe: the hyperparameters of training, and the optimiser and schedule that they name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import nn
from torch.optim import SGD, Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR, ReduceLROnPlateau

from models.losses import LOSSES
from models.nearest import unknown

OPTIMISERS: dict[str, Callable[..., Optimizer]] = {
    "adam": Adam,
    "adamw": AdamW,
    "sgd": partial(SGD, momentum=0.9, nesterov=True),  # as JMT (CVPRW 2024) is trained
}
SCHEDULES = ("constant", "cosine", "plateau")


@dataclass(frozen=True, slots=True)
class Recipe:
    """The hyperparameters of training. Every value is the user's; there is no default.

    steps         steps of a window                    hop         steps from window to window
    batch         windows in a batch, at most          epochs      at most
    patience      epochs without a better validation CCC before training stops
    optimiser     adam, adamw or sgd                   lr          learning rate at the start
    weight_decay  as the optimiser understands it      clip_norm   of the gradient; None: no limit
    schedule      of lr: constant; cosine, to 0 at the last epoch; plateau, a tenth of it after
                  more than 5 epochs without a better validation CCC, as RJCMA is trained
    loss          ccc_flat or ccc_sequence, see models/losses.py
    target_weights  of the targets in the loss, {target: above 0}, 1 where not named; None: all 1

    Raises ValueError for an unknown name, with the nearest, and for a value out of range.
    """

    steps: int
    hop: int
    batch: int
    epochs: int
    patience: int
    optimiser: str
    lr: float
    weight_decay: float
    schedule: str
    loss: str
    clip_norm: float | None
    target_weights: dict[str, float] | None

    def __post_init__(self) -> None:
        for kind, known in (("optimiser", OPTIMISERS), ("schedule", SCHEDULES), ("loss", LOSSES)):
            if (name := getattr(self, kind)) not in known:
                raise ValueError(unknown(kind, name, known))
        for name in ("steps", "hop", "batch", "epochs", "patience"):
            if (count := getattr(self, name)) < 1:
                raise ValueError(f"{name} must be 1 or more, got {count}")
        if self.hop > self.steps:
            raise ValueError(f"hop must be 1 to steps={self.steps}, got {self.hop}")
        if not self.lr > 0 or not self.weight_decay >= 0:
            raise ValueError(
                f"lr must be above 0 and weight_decay not below, "
                f"got {self.lr} and {self.weight_decay}"
            )
        if self.clip_norm is not None and not self.clip_norm > 0:
            raise ValueError(
                f"clip_norm must be above 0, or None for no limit, got {self.clip_norm}"
            )
        if self.loss == "ccc_sequence" and self.steps < 2:
            raise ValueError("ccc_sequence needs windows of 2 steps or more; use ccc_flat")
        for target, weight in (self.target_weights or {}).items():
            if not (weight > 0 and math.isfinite(weight)):
                raise ValueError(
                    f"the weight of {target} under target_weights must be a number above 0, got "
                    f"{weight}; to leave a target out, take it out of the targets"
                )


def make_optimiser(recipe: Recipe, parameters: Iterable[nn.Parameter]) -> Optimizer:
    """The optimiser that the recipe names, over these parameters."""
    return OPTIMISERS[recipe.optimiser](parameters, lr=recipe.lr, weight_decay=recipe.weight_decay)


class Schedule:
    """The learning rate schedule, stepped once an epoch with its validation CCC."""

    def __init__(self, recipe: Recipe, optimiser: Optimizer) -> None:
        self._plateau = self._fixed = None
        if recipe.schedule == "plateau":
            self._plateau = ReduceLROnPlateau(optimiser, mode="max", factor=0.1, patience=5)
        elif recipe.schedule == "cosine":
            self._fixed = CosineAnnealingLR(optimiser, T_max=recipe.epochs)

    def step(self, ccc: float) -> None:
        """Set the next epoch's learning rate, given the last epoch's validation CCC."""
        if self._plateau:
            self._plateau.step(ccc)
        if self._fixed:
            self._fixed.step()

    def state_dict(self) -> dict[str, Any]:
        """The state, for `load_state_dict`."""
        used = self._plateau or self._fixed
        return used.state_dict() if used else {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over the state of another schedule of the same recipe."""
        if used := self._plateau or self._fixed:
            used.load_state_dict(state)
