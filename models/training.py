"""Training of a head on labelled clips, with early stopping on the validation CCC."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from models.clip import Clips
from models.dataset import Dataset
from models.epoch import Begun, in_batches, train_batches
from models.head import Head
from models.history import Epoch
from models.recipe import Recipe, Schedule, make_optimiser
from models.split import check, validated
from models.standardise import Standardised
from models.targets import Ranges

Told = Callable[[int, int], None]


class Training:
    """The training of one head, which can stop after any batch and resume with the same result.

    train, val  {name: clip}, read window by window
    targets     {name: range}, in the order of their labels' columns
    device      cpu or cuda;  precision  see models.placement

    Of the recipe's target_weights those of other targets are not read.

    The head is made here so that its initial weights come from the seed, as the order of the
    windows and dropout do: one seed, one machine and one number of threads give the same bits.

    Raises KeyError, ShapeError or ValueError for a split that cannot be trained or validated on.
    """

    def __init__(
        self,
        make_head: Callable[[], Head],
        train: Clips,
        val: Clips,
        targets: Ranges,
        recipe: Recipe,
        seed: int,
        device: torch.device | str = "cpu",
        precision: str = "single",
    ) -> None:
        torch.manual_seed(seed)
        self.model = Standardised(make_head(), list(targets.values()), precision)
        widths = self.model.head.widths
        check("training", train, widths, targets)
        check("validation", val, widths, targets)
        self.model.fit(train.values())
        self.model.to(device)
        self.recipe, self._val = recipe, val
        cut = Dataset.cut(train, list(widths), recipe.steps, recipe.hop)
        self._data = cut.labelled().to(device)
        self._weights = _weights(recipe, targets, device)
        self._optimiser = make_optimiser(recipe, self.model.parameters())
        self._schedule = Schedule(recipe, self._optimiser)
        self._shuffle = torch.Generator().manual_seed(seed)
        self._begun: Begun | None = None
        self.history: list[Epoch] = []
        self.weights: dict[str, Tensor] = {}  # of the best epoch

    @property
    def best(self) -> Epoch:
        """The epoch with the best validation CCC, the first of equals."""
        return max(self.history, key=lambda row: row.ccc_mean)

    @property
    def finished(self) -> bool:
        """True after the last epoch, or once patience has run out."""
        if not self.history:
            return False
        last = self.history[-1].epoch
        return last == self.recipe.epochs or last - self.best.epoch >= self.recipe.patience

    def epochs(self, told: Told = lambda done, batches: None) -> Iterator[Epoch]:
        """Train from where it is to the last epoch -> each epoch as it ends.

        told  after each batch: how many of the epoch's batches are learnt, and how many there are;
              `state` may be taken then

        Raises FloatingPointError for a loss or a prediction that is not finite, with its place.
        """
        while not self.finished:
            row = self._epoch(len(self.history) + 1, told)
            self.history.append(row)
            if row is self.best:
                state = self.model.state_dict()
                self.weights = {k: v.detach().cpu().clone() for k, v in state.items()}
            yield row

    def trained(self) -> Standardised:
        """The model with its best weights, in eval mode."""
        self.model.load_state_dict(self.weights)
        return self.model.eval()

    def state(self) -> dict[str, Any]:
        """All that another Training, made with the same arguments, needs to resume from here."""
        return {
            "model": self.model.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.state_dict(),
            "shuffle": self._shuffle.get_state(),
            "random": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state() if self._on_card else None,
            "begun": asdict(self._begun) if self._begun else None,
            "history": [asdict(row) for row in self.history],
            "weights": self.weights,
        }

    def resume(self, state: Mapping[str, Any]) -> None:
        """Continue from where `state` was taken."""
        self.model.load_state_dict(state["model"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
        self._shuffle.set_state(state["shuffle"])
        torch.set_rng_state(state["random"])
        if self._on_card:
            torch.cuda.set_rng_state(state["cuda"])
        self._begun = Begun(**state["begun"]) if state["begun"] else None
        self.history = [Epoch(**{**row, "ccc": tuple(row["ccc"])}) for row in state["history"]]
        self.weights = dict(state["weights"])

    @property
    def _on_card(self) -> bool:
        return self.model.device.type == "cuda"

    def _epoch(self, number: int, told: Told) -> Epoch:
        lr = self._optimiser.param_groups[0]["lr"]
        try:
            loss = self._learnt(told)
        except FloatingPointError as error:
            raise FloatingPointError(f"epoch {number}: {error}") from error
        row = Epoch(number, lr, loss, *validated(self.model, self._val, self.recipe))
        self._schedule.step(row.ccc_mean)
        return row

    def _learnt(self, told: Told) -> float:
        """The rest of an epoch's batches, learnt: their mean loss."""
        if self._begun is None:
            self._begun = Begun(torch.randperm(len(self._data), generator=self._shuffle))
        begun, recipe = self._begun, self.recipe
        batches = in_batches(begun.order, recipe.batch)
        learnt = train_batches(
            self.model, self._data, batches, recipe, self._optimiser, self._weights, begun.done
        )
        for loss in learnt:
            begun.done, begun.loss = begun.done + 1, begun.loss + loss
            told(begun.done, len(batches))
        self._begun = None
        return begun.loss / len(batches)


def _weights(recipe: Recipe, targets: Iterable[str], device: torch.device | str) -> Tensor | None:
    """The weights of the targets in the loss (Y,), 1 where the recipe names none."""
    if recipe.target_weights is None:
        return None
    each = [recipe.target_weights.get(target, 1.0) for target in targets]
    return torch.tensor(each, dtype=torch.float32, device=device)
