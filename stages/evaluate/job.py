"""One evaluation: what a run under one seed says of the clips of a split."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from safetensors.torch import load as unpack
from safetensors.torch import save as pack
from torch import Tensor

from models.evaluation.observation import observe
from stages.checkpoint.load import load
from stages.evaluate.on_split import OnSplit
from stages.jobs import Files, key_of
from stages.work.progress import tell

FILE, NAMES = "observed.safetensors", "names.json"


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
