"""One training: a run under one seed, or one of the models that it consists of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import torch

from features import code
from models.fusion import build
from models.head import Head
from models.placement import Placement, prepare
from models.targets import Ranges
from models.training import Training
from stages.checkpoint.load import head_code
from stages.checkpoint.save import contents
from stages.jobs import Files, key_of
from stages.on_grid import Grid
from stages.stored import within
from stages.train.plans import Plan
from stages.train.resume import Saved
from stages.work.progress import tell

# they can change no weight, nor what is written down of it: where work runs, what is kept where
HARMLESS = ("stages.params", "stages.work", "stages.jobs", "features.store", "stages.train.resume")


@dataclass(frozen=True, eq=False)
class Job:
    """A model to train: of all targets, or of one.

    held_bytes  of rows that it may hold in memory; it changes no byte of the result
    """

    grid: Grid
    plan: Plan
    targets: Ranges
    head: str
    seed: int
    where: Placement
    held_bytes: float

    kind = "train"

    @property
    def place(self) -> Path:
        """Its folder inside that of the head: its seed's and run's, or one for its target there."""
        alone = next(iter(self.targets)) if self.plan.models == "each" else ""
        own = alone if len(self.grid.targets) > 1 else ""
        return Path(str(self.seed), self.plan.name, own)

    @property
    def called(self) -> str:
        """Run, seed and, of one of several models, its target."""
        alone = f", {', '.join(self.targets)}" if self.plan.models == "each" else ""
        return f"{self.plan.name}, seed {self.seed}{alone}"

    @property
    def advice(self) -> str:
        """What to lower where memory is short."""
        return f"a smaller `batch` in the recipe of train.runs.{self.head}.{self.plan.name}"

    @property
    def threads(self) -> int:
        """That it uses."""
        return self.plan.threads

    @property
    def size(self) -> float:
        """How many numbers it reads."""
        steps = self.grid.steps("train") + self.grid.steps("val")
        return self.plan.recipe.epochs * steps * sum(self._widths.values())

    @cached_property
    def about(self) -> dict[str, Any]:
        """How the model is made, as plain JSON values; nothing of streams that it does not read."""
        features = self.grid.features()
        return {
            "head": self.head,
            "run": self.plan.name,
            "seed": self.seed,
            "targets": {name: list(values) for name, values in self.targets.items()},
            "columns": self._columns,
            "widths": self._widths,
            **self.plan.about(),
            "device": self.where.device,
            "precision": self.where.precision,
            "synthetic": self.grid.synthetic,
            "features": {m: features[m] for m in self.plan.modalities},
            "grid": self.grid.made(self.plan.modalities),
            "code": head_code(self.head),  # now: it may be edited while hours pass
        }

    @cached_property
    def key(self) -> str:
        """The digest of all that decides the weights, hex."""
        sides = {s: [c.id for c in self.grid.clips if c.split == s] for s in ("train", "val")}
        order = [list(self._widths), list(self.targets)]  # which a digest of mappings forgets
        behind = code.digest(__name__, f"models.fusion.{self.head}", without=HARMLESS)
        return key_of({**self.about, "order": order, "sides": sides, "code": behind})

    def build(self) -> Head:
        """The head, untrained. Raises ValueError where it cannot be."""
        steps, targets = self.plan.recipe.steps, len(self.targets)
        return build(self.head, self._widths, steps, targets, **self.plan.options)

    def make(self) -> Files:
        """Train to the end, from where it was left if it was -> the files of the run's folder."""
        prepare(self.where)
        torch.set_num_threads(self.threads)
        training = self._begun()
        saved = Saved(self.key)
        if state := saved.load():
            training.resume(state)
        for _ in training.epochs(partial(self._tell, training, saved)):
            saved.save(training.state)
        saved.save(training.state, now=True)  # what is left to do may still fail
        return contents(training, self.about)

    def _begun(self) -> Training:
        train, val = self._clips("train"), self._clips("val")
        train, left = within(train, self.held_bytes)
        val, _ = within(val, left)
        recipe, where = self.plan.recipe, self.where
        return Training(
            self.build, train, val, self.targets, recipe, self.seed, where.device, where.precision
        )

    def _clips(self, side: str) -> Any:
        return self.grid.split(side, self.plan.modalities, self.targets)

    def _tell(self, training: Training, saved: Saved, done: int, batches: int) -> None:
        """After a batch: how far it is, and where an interruption would be taken up."""
        epochs, history = self.plan.recipe.epochs, training.history
        reached = f", CCC {history[-1].ccc_mean:.3f}" if history else ""
        share = (len(history) + done / batches) / epochs
        tell(share, f"{self.called}: epoch {len(history) + 1} of {epochs}{reached}")
        if done < batches:  # after the last one the epoch is not over: it is validated first
            saved.save(training.state)

    @property
    def _widths(self) -> dict[str, int]:
        return {m: self.grid.widths[m] for m in self.plan.modalities}

    @property
    def _columns(self) -> list[int]:
        """Where its targets are among the columns of the labels."""
        return [list(self.grid.targets).index(target) for target in self.targets]
