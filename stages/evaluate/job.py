"""One evaluation: what a run under one seed says of the clips of a split."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load as unpack
from safetensors.torch import save as pack
from torch import Tensor

from features import code
from models.evaluation.observation import observe
from models.placement import Placement, prepare
from stages.checkpoint.load import load, made, places
from stages.jobs import Files, key_of
from stages.on_grid import Grid
from stages.work.progress import tell

HARMLESS = ("stages.params", "stages.work", "stages.jobs", "features.store")
FILE, NAMES = "observed.safetensors", "names.json"


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


class Job(OnSplit):
    """What `models.evaluation.observation.observe` says of every clip of the split."""

    kind = "evaluate"

    @cached_property
    def key(self) -> str:
        """The digest of all that decides the result, hex."""
        return key_of({"kind": self.kind, **self.decides(__name__)})

    def make(self) -> Files:
        """A file of tensors, and their names in order, which it forgets; see `seen`."""
        self.ready()
        trained, found, clips = load(self.folder, self.where), {}, self.clips()
        for number, (name, clip) in enumerate(clips.items(), start=1):
            seen = observe(trained, name, clip)
            found |= {f"{key}@{name}": x.contiguous() for key, x in seen.items()}
            tell(number / len(clips), self.called)
        return {FILE: pack(found), NAMES: json.dumps(list(found)).encode()}


@dataclass(frozen=True, eq=False)
class Seen:
    """What a run under one seed says of the clips of a split.

    predicted {clip: (T, Y)}, without {modality: {clip: (T, Y)}}, gates {clip: {modality: (T, N)}}
    """

    predicted: dict[str, np.ndarray]
    without: dict[str, dict[str, np.ndarray]]
    gates: dict[str, dict[str, Tensor]]


def seen(files: Files) -> Seen:
    """What a Job made."""
    found = Seen({}, {}, {})
    tensors = unpack(files[FILE])
    for key in json.loads(files[NAMES]):
        values = tensors[key]
        (what, _, about), clip = key.split("@")[0].partition("/"), key.split("@", 1)[1]
        if what == "predicted":
            found.predicted[clip] = values.numpy()
        elif what == "without":
            found.without.setdefault(about, {})[clip] = values.numpy()
        else:
            found.gates.setdefault(clip, {})[about] = values
    return found
