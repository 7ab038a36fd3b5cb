"""The trainings that params.yaml asks for: each run and its variations, with their recipes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from models.recipe import Recipe
from models.targets import TARGETS
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

    @property
    def targets(self) -> list[list[str]]:
        """The targets of each of its models."""
        return [[t] for t in TARGETS] if self.models == "each" else [list(TARGETS)]

    def about(self) -> dict[str, Any]:
        """How it is made, as plain JSON values."""
        return {"options": self.options, "recipe": asdict(self.recipe), "threads": self.threads}


def plans(runs: Mapping[str, Run], recipe: Any, where: str) -> Iterator[Plan]:
    """The runs of one head -> each of them and of their variations.

    recipe  the section train.recipe; where  the runs lie in params.yaml
    Raises ParamsError or ValueError for a recipe that cannot be.
    """
    for name, run in runs.items():
        merged = {**recipe.model_dump(), **run.recipe}
        values = checked(f"{where}.{name}.recipe", RecipeSection, merged).model_dump()
        models, threads = values.pop("models"), values.pop("threads")
        for called, options in varied(name, run):
            yield Plan(called, run.modalities, options, Recipe(**values), models, threads)
