"""The trainings that params.yaml asks for: each run and its variations, with their recipes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from models.fusion import head_class
from models.nearest import known
from models.recipe import Recipe
from models.targets import Ranges
from models.tcn import published
from stages.params import checked
from stages.train.params import RecipeSection, Run, varied


@dataclass(frozen=True)
class Plan:
    """One run, or one variation of it, under its recipe."""

    name: str
    modalities: list[str]
    options: dict[str, Any]
    recipe: Recipe
    models: str
    threads: int

    def targets(self, ranges: Ranges) -> list[dict[str, tuple[float, float]]]:
        """The targets of each of its models, {target: (low, high)}."""
        if self.models == "each":
            return [{name: values} for name, values in ranges.items()]
        return [dict(ranges)]

    def about(self) -> dict[str, Any]:
        """How it is made, as plain JSON values."""
        return {"options": self.options, "recipe": asdict(self.recipe), "threads": self.threads}


def plans(
    head: str, runs: Mapping[str, Run], recipe: Any, ranges: Ranges, kinds: Mapping[str, str]
) -> Iterator[Plan]:
    """The runs of one head -> each of them and of their variations.

    recipe  the section train.recipe; ranges  of all targets; kinds  {stream: its kind}

    Streams without `channels` get the published ones of their kind, where there are some. Raises
    ParamsError or ValueError for a recipe that cannot be.
    """
    for name, run in runs.items():
        where = f"train.runs.{head}.{name}.recipe"
        merged = {**recipe.model_dump(), **run.recipe}
        values = checked(where, RecipeSection, merged).model_dump()
        said = where if "target_weights" in run.recipe else "train.recipe"
        known(f"target under {said}.target_weights", values["target_weights"] or (), ranges)
        models, threads = values.pop("models"), values.pop("threads")
        usual = _channels(head, {m: kinds[m] for m in run.modalities})
        for called, options in varied(name, run):
            chosen = {**usual, **options}
            yield Plan(called, run.modalities, chosen, Recipe(**values), models, threads)


def _channels(head: str, kinds: Mapping[str, str]) -> dict[str, Any]:
    """The published widths of a head's TCNs, if it has any and all of these streams have some."""
    widths = published(kinds)
    if "channels" not in inspect.signature(head_class(head)).parameters or len(widths) < len(kinds):
        return {}
    return {"channels": {stream: list(levels) for stream, levels in widths.items()}}
