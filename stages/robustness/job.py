"""One robustness job: the curves of a run under one seed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, partial

from models.evaluation.agreement import Scores
from models.evaluation.curves import Point, curves
from models.evaluation.disturbance import Disturbances
from stages.checkpoint.load import load
from stages.evaluate.on_split import OnSplit
from stages.jobs import Files, key_of
from stages.work.progress import tell

FILE = "curves.json"


@dataclass(frozen=True, eq=False)
class Job(OnSplit):
    """CCC of a run under one seed at every point of its curves.

    kinds, shares, seed  of disturbances;  stretch  steps
    """

    kinds: tuple[str, ...]
    shares: tuple[float, ...]
    stretch: int
    seed: int

    kind = "robustness"

    @property
    def looks(self) -> int:
        """How often it looks at each row."""
        return 1 + len(self.kinds) * len(self.shares) * len(self.made["widths"])

    @cached_property
    def key(self) -> str:
        """The digest of all that decides the result, hex."""
        own = {"kinds": self.kinds, "shares": self.shares, "stretch": self.stretch}
        labels = self.grid.contents([])
        return key_of(
            {"kind": self.kind, **self.decides(__name__), **own, **labels, "seed": self.seed}
        )

    def make(self) -> Files:
        """One JSON file; see `points`."""
        self.ready()
        trained, clips = load(self.folder, self.where), self.clips()
        disturbances = {
            m: Disturbances(clips, m, self.stretch, self.seed) for m in self.made["widths"]
        }
        found = curves(
            trained, clips, self.grid.targets, disturbances, self.kinds, self.shares,
            partial(tell, text=self.called),
        )  # fmt: skip
        return {FILE: json.dumps([[*point, scores] for point, scores in found.items()]).encode()}


def points(files: Files) -> dict[Point, Scores]:
    """What a Job made: scores at each point, in their order."""
    return {Point(*point): scores for *point, scores in json.loads(files[FILE])}
