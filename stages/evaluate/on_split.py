"""A job on a trained run and the clips of a split: what its result depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from features import code
from models.placement import Placement, prepare
from stages.checkpoint.made import made, places
from stages.on_grid import Grid

HARMLESS = ("stages.params", "stages.work", "stages.jobs", "features.store")


@dataclass(frozen=True, eq=False)
class OnSplit:
    """A job on a run that was trained under one seed, and the clips of a split.

    folder  of the run under that seed
    """

    grid: Grid
    folder: Path
    split: str
    where: Placement
    threads: int

    @cached_property
    def made(self) -> dict[str, Any]:
        """How the run was made."""
        return made(self.folder)

    @property
    def head(self) -> str:
        """Its head."""
        return self.made["head"]

    @property
    def called(self) -> str:
        """Run and seed."""
        return f"{self.made['run']}, seed {self.made['seed']}"

    @property
    def size(self) -> float:
        """How many numbers it reads, as many times as it looks at them."""
        widths = self.made["widths"].values()
        return self.looks * self.grid.steps(self.split) * sum(widths)

    @property
    def looks(self) -> int:
        """How often it looks at each row: as it is, and without each stream."""
        return 1 + len(self.made["widths"])

    @property
    def advice(self) -> str:
        """What to lower where memory is short."""
        return f"a smaller `batch` in the recipe of train.runs.{self.head}.{self.made['run']}"

    def decides(self, *modules: str) -> dict[str, Any]:
        """What decides the result, as JSON values: the weights, the rows that they are given, the
        device, and the code of some modules.
        """
        return {
            "runs": [(place / "run.json").read_text("utf-8") for place in places(self.folder)],
            "widths": list(self.made["widths"]),  # their order
            "clips": [clip.id for clip in self.grid.clips if clip.split == self.split],
            "rows": self.grid.contents(self.made["widths"]),
            "device": self.where.device,
            "precision": self.where.precision,
            "threads": self.threads,
            "code": code.digest(*modules, f"models.fusion.{self.head}", without=HARMLESS),
        }

    def clips(self) -> Mapping[str, Any]:
        """The clips of the split, with the streams that the run reads."""
        return self.grid.split(self.split, self.made["widths"])

    def ready(self) -> None:
        """Let this process compute as all others would."""
        prepare(self.where)
        torch.set_num_threads(self.threads)
