"""One epoch of training: a pass over the windows, with an optimiser step for each batch."""

from __future__ import annotations

import math

from torch import Tensor, nn
from torch.optim import Optimizer

from models.dataset import Dataset
from models.losses import LOSSES
from models.recipe import Recipe
from models.standardise import Standardised


def train_epoch(
    model: Standardised,
    data: Dataset,
    order: Tensor,
    recipe: Recipe,
    optimiser: Optimizer,
    weights: Tensor | None = None,
) -> float:
    """Train for one epoch on the windows numbered by `order` (W,) -> mean loss of the batches.

    weights  of the targets in the loss (Y,), None: all 1

    Raises FloatingPointError, with batch and clip, for a loss that is not finite.
    """
    model.train()
    # Batches of even size: a last batch of one window would have no variance for batch norm.
    batches = order.to(data.index.device).tensor_split(math.ceil(len(order) / recipe.batch))
    total = 0.0
    for number, which in enumerate(batches, start=1):
        tokens, masks, labels, label_mask = data.batch(which)
        out = model(tokens, masks)  # (B, T, Y)
        loss = LOSSES[recipe.loss](out, labels, label_mask, weights)
        if not math.isfinite(value := loss.item()):
            raise FloatingPointError(
                f"the loss is {value} in batch {number} of {len(batches)}"
                f"{_first_clip(out, data, which)}; lr {recipe.lr:g} may be too high, or clip_norm "
                f"({recipe.clip_norm}) too lax"
            )
        optimiser.zero_grad()
        loss.backward()
        if recipe.clip_norm is not None:
            nn.utils.clip_grad_norm_(model.parameters(), recipe.clip_norm)
        optimiser.step()
        total += value
    return total / len(batches)


def _first_clip(out: Tensor, data: Dataset, which: Tensor) -> str:
    """The clip of the first window whose output (B, T, Y) is not finite, as part of a sentence."""
    bad = which[~out.isfinite().flatten(1).all(dim=1)]
    return f", first in clip {data.names[int(data.clip[bad[0]])]!r}" if len(bad) else ""
