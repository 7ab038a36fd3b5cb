"""One training: a run under one seed, or one of the models that it consists of."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from features import code
from models.aligned import AlignedClip
from models.fusion import build
from models.head import Head
from models.targets import Ranges
from models.training import Training
from stages.checkpoint.save import save
from stages.on_grid import Grid
from stages.train.kept import Kept
from stages.train.plans import Plan
from stages.train.resume import Saved, key_of
from stages.work.progress import meter

# they can change no weight, nor what is written down of it: where work runs, what is kept where
HARMLESS = ("stages.params", "stages.work", "features.store", "stages.train.kept")
log = logging.getLogger("stages")


@dataclass(frozen=True, eq=False)
class Job:
    """A model to train: of all targets, or of one.

    group  of jobs, whose interrupted trainings are forgotten together
    """

    grid: Grid
    plan: Plan
    targets: Ranges
    head: str
    seed: int
    group: str

    @property
    def place(self) -> Path:
        """Its folder inside that of the stage: the run's, or one for its target inside that."""
        alone = next(iter(self.targets)) if self.plan.models == "each" else ""
        return Path(self.plan.name, alone) if len(self.grid.targets) > 1 else Path(self.plan.name)

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
            "synthetic": self.grid.synthetic,
            "features": {m: features[m] for m in self.plan.modalities},
            "grid": self.grid.made(self.plan.modalities),
        }

    @property
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

    def check(self) -> None:
        """Raises ValueError, naming the run, where its head cannot be built, or not be trained for
        want of any row of a stream.
        """
        where = f"in train.runs.{self.head}.{self.plan.name} of params.yaml"
        try:
            self.build()
        except ValueError as error:
            error.add_note(where)
            raise
        train = [clip.id for clip in self.grid.clips if clip.split == "train"]
        for stream in self.plan.modalities:
            if train and not any(self.grid.has(clip, stream) for clip in train):
                raise ValueError(
                    f"{stream} has no row with a value in {len(train)} training clips: take it out "
                    f"of `modalities` {where}, or that run out of train.runs"
                )

    def make(self, folder: Path) -> None:
        """Write the model's folder: from the store, where it was trained before, or trained now."""
        key = self.key
        kept = Kept(key)
        if made := kept.unpack(folder):
            reached = [made["validation"][target] for target in self.targets]
            mean = sum(reached) / len(reached)
            log.info("%s: trained before, validation CCC %.3f", self._called, mean)
            return
        save(folder, self._train(Saved(self.group, key)), self.about)
        kept.pack(folder)

    def _train(self, saved: Saved) -> Training:
        """Train to the end, from where it was left if it was."""
        plan = self.plan
        torch.set_num_threads(plan.threads)
        train, val = self._labelled("train"), self._labelled("val")
        training = Training(self.build, train, val, self.targets, plan.recipe, self.seed)
        if state := saved.load():
            training.resume(state)
            log.info("%s goes on after epoch %d", self._called, training.history[-1].epoch)
        with meter(plan.recipe.epochs, f"{self._called}, seed {self.seed}", "epoch") as bar:
            bar.update(len(training.history))
            for row in training.epochs():
                saved.save(training.state)
                bar.update()
                bar.set_postfix(ccc=f"{row.ccc_mean:.3f}", refresh=False)
        saved.save(training.state, now=True)
        best = training.best
        log.info("%s: validation CCC %.3f in epoch %d", self._called, best.ccc_mean, best.epoch)
        return training

    @property
    def _called(self) -> str:
        alone = self.plan.models == "each"
        return f"{self.plan.name}, {', '.join(self.targets)}" if alone else self.plan.name

    @property
    def _widths(self) -> dict[str, int]:
        return {m: self.grid.widths[m] for m in self.plan.modalities}

    @property
    def _columns(self) -> list[int]:
        """Where its targets are among the columns of the labels."""
        return [list(self.grid.targets).index(target) for target in self.targets]

    def _labelled(self, side: str) -> dict[str, AlignedClip]:
        """The clips of a side with the labels of these targets only."""
        columns = self._columns
        return {
            name: replace(c, labels=c.labels[:, columns], label_mask=c.label_mask[:, columns])
            for name, c in self.grid.split(side, self.plan.modalities).items()
        }
