"""Recipe: how a head is trained. Every value is the user's; there is no default."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import nn
from torch.optim import SGD, Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR, ReduceLROnPlateau

from models.losses import LOSSES
from models.nearest import no_such

OPTIMISERS: dict[str, Callable[..., Optimizer]] = {
    "adam": Adam,
    "adamw": AdamW,
    "sgd": partial(SGD, momentum=0.9, nesterov=True),  # as JMT (CVPRW 2024) is trained
}
SCHEDULES = ("constant", "cosine", "plateau")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a head is trained.

    steps         steps of a window                    hop         steps between windows
    batch         windows in a batch, at most          epochs      at most
    patience      epochs without a better validation CCC before training stops
    optimiser     adam, adamw or sgd                   lr          learning rate at the start
    weight_decay  as the optimiser understands it      clip_norm   of the gradient; None: no limit
    schedule      of lr: constant; cosine, to 0 at the last epoch; plateau, a tenth of it after
                  more than 5 epochs without a better validation CCC, as RJCMA is trained
    loss          ccc_flat or ccc_sequence, see models/losses.py

    Raises ValueError for a value that cannot be.
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

    def __post_init__(self) -> None:
        for kind, known in (("optimiser", OPTIMISERS), ("schedule", SCHEDULES), ("loss", LOSSES)):
            if (name := getattr(self, kind)) not in known:
                raise ValueError(no_such(kind, name, known))
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


def optimiser(recipe: Recipe, parameters: Iterable[nn.Parameter]) -> Optimizer:
    """The optimiser that the recipe names."""
    make = OPTIMISERS[recipe.optimiser]
    return make(parameters, lr=recipe.lr, weight_decay=recipe.weight_decay)


class Schedule:
    """Sets the next epoch's lr once an epoch has been validated."""

    def __init__(self, recipe: Recipe, steered: Optimizer) -> None:
        self._plateau = self._fixed = None
        if recipe.schedule == "plateau":
            self._plateau = ReduceLROnPlateau(steered, mode="max", factor=0.1, patience=5)
        elif recipe.schedule == "cosine":
            self._fixed = CosineAnnealingLR(steered, T_max=recipe.epochs)

    def step(self, ccc: float) -> None:
        """Take note of an epoch's validation CCC."""
        if self._plateau:
            self._plateau.step(ccc)
        if self._fixed:
            self._fixed.step()

    def state_dict(self) -> dict[str, Any]:
        """What `load_state_dict` needs to go on."""
        chosen = self._plateau or self._fixed
        return chosen.state_dict() if chosen else {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        if chosen := self._plateau or self._fixed:
            chosen.load_state_dict(state)
