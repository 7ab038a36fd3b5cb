"""Training: a head and labelled clips in, the weights with the best validation CCC out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from models.dataset import Dataset
from models.head import Head
from models.losses import LOSSES
from models.recipe import Recipe, optimiser, schedule
from models.sequence import Sequence as Clip
from models.split import check, split_ccc
from models.standardise import Standardised


@dataclass(frozen=True, slots=True)
class Epoch:
    """One row of the history; `ccc` is the validation CCC of each target."""

    epoch: int
    lr: float
    loss: float
    ccc: tuple[float, ...]

    @property
    def ccc_mean(self) -> float:
        """What early stopping looks at."""
        return sum(self.ccc) / len(self.ccc)


@dataclass(frozen=True, eq=False, slots=True)
class Result:
    """The model with its best weights, in eval mode; those weights; every epoch; the best one."""

    model: Standardised
    weights: dict[str, Tensor]
    history: list[Epoch]
    best: Epoch


def fit(
    make_head: Callable[[], Head],
    train: Sequence[Clip],
    val: Sequence[Clip],
    recipe: Recipe,
    seed: int,
    on_epoch: Callable[[Epoch], None] | None = None,
    device: torch.device | str = "cpu",
) -> Result:
    """Make a head and train it until the validation CCC stops rising.

    The head is made here so that its first weights come from the seed, as the order of the
    windows and dropout do: one seed, one machine and one number of threads give the same bits.

    Raises ValueError for a split that cannot be trained or validated on, and FloatingPointError,
    with epoch and batch, for a loss that is not finite.
    """
    torch.manual_seed(seed)
    model = Standardised(make_head())
    check("training", train, model.head.widths)
    check("validation", val, model.head.widths)
    model.measure(train)
    data = Dataset.cut(train, list(model.head.widths), recipe.steps, recipe.hop).labelled()
    history, weights = [], {}
    for row in _epochs(model.to(device), data.to(device), val, recipe, seed):
        history.append(row)
        if on_epoch:
            on_epoch(row)
        best = _best(history)
        if row is best:
            weights = {k: v.detach().cpu().clone() for k, v in model.state_dict().items()}
        if row.epoch - best.epoch >= recipe.patience:
            break
    model.load_state_dict(weights)
    return Result(model.eval(), weights, history, _best(history))


def _best(history: list[Epoch]) -> Epoch:
    return max(history, key=lambda row: row.ccc_mean)  # the first of equals


def _epochs(
    model: Standardised, data: Dataset, val: Sequence[Clip], recipe: Recipe, seed: int
) -> Iterator[Epoch]:
    """Train one epoch after another, validating after each."""
    steered = optimiser(recipe, model.parameters())
    next_lr = schedule(recipe, steered)
    shuffle = torch.Generator().manual_seed(seed)
    for epoch in range(1, recipe.epochs + 1):
        lr = steered.param_groups[0]["lr"]
        order = torch.randperm(len(data), generator=shuffle).to(data.index.device)
        loss = _train_once(model, data, order, recipe, steered, epoch)
        row = Epoch(epoch, lr, loss, split_ccc(model, val, recipe))
        next_lr(row.ccc_mean)
        yield row


def _train_once(
    model: Standardised,
    data: Dataset,
    order: Tensor,
    recipe: Recipe,
    steered: Optimizer,
    epoch: int,
) -> float:
    """One pass over the windows in that order -> mean loss of the batches."""
    model.train()
    # Batches as even as they come: a last batch of one window would upset the batch norms.
    batches = order.tensor_split(math.ceil(len(order) / recipe.batch))
    total = 0.0
    for number, which in enumerate(batches, start=1):
        tokens, masks, labels, label_mask = data.batch(which)
        loss = LOSSES[recipe.loss](model(tokens, masks), labels, label_mask)
        if not math.isfinite(value := loss.item()):
            raise FloatingPointError(
                f"the loss is {value} in epoch {epoch}, batch {number} of {len(batches)}; "
                f"lr {recipe.lr:g} may be too high, or clip_norm ({recipe.clip_norm}) too lax"
            )
        steered.zero_grad()
        loss.backward()
        if recipe.clip_norm is not None:
            nn.utils.clip_grad_norm_(model.parameters(), recipe.clip_norm)
        steered.step()
        total += value
    return total / len(batches)
