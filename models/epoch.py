"""One epoch of training: a pass over the windows, with an optimiser step for each batch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor, nn
from torch.optim import Optimizer

from models.dataset import Batch, Dataset
from models.losses import LOSSES
from models.recipe import Recipe
from models.standardise import Standardised


@dataclass(slots=True)
class Begun:
    """An epoch in progress: the order of its windows (W,), how many batches are learnt, and the sum
    of their losses.
    """

    order: Tensor
    done: int = 0
    loss: float = 0.0


def in_batches(order: Tensor, size: int) -> list[Tensor]:
    """Windows in some order (W,) -> batches of at most `size`.

    They are of even size: a last batch of one window would have no variance for batch norm.
    """
    return list(order.tensor_split(math.ceil(len(order) / size)))


def train_batches(
    model: Standardised,
    data: Dataset,
    batches: list[Tensor],
    recipe: Recipe,
    optimiser: Optimizer,
    weights: Tensor | None = None,
    done: int = 0,
) -> Iterator[float]:
    """Train on batches of windows, by their numbers -> the loss of each, once it has been learnt.

    weights  of the targets in the loss (Y,), None: all 1
    done     so many of the batches have been learnt before

    Raises FloatingPointError, with batch and clip, for a loss that is not finite.
    """
    model.train()
    optimiser.zero_grad()
    for number, batch in enumerate(data.batches(batches[done:]), start=done + 1):
        out = model(batch.tokens, batch.masks)  # (B, T, Y)
        loss = LOSSES[recipe.loss](out, batch.labels, batch.label_mask, weights)
        if not math.isfinite(value := loss.item()):
            raise FloatingPointError(
                f"the loss is {value} in batch {number} of {len(batches)}"
                f"{_first_clip(out, batch)}; lr {recipe.lr:g} may be too high, or clip_norm "
                f"({recipe.clip_norm}) too lax"
            )
        loss.backward()
        if recipe.clip_norm is not None:
            nn.utils.clip_grad_norm_(model.parameters(), recipe.clip_norm)
        optimiser.step()
        optimiser.zero_grad()
        del batch, out, loss  # or they would take room beside those that follow
        yield value


def _first_clip(out: Tensor, batch: Batch) -> str:
    """The clip of the first window whose output (B, T, Y) is not finite, as part of a sentence."""
    bad = (~out.isfinite().flatten(1).all(dim=1)).nonzero().flatten().tolist()
    return f", first in clip {batch.places[bad[0]].clip!r}" if bad else ""
