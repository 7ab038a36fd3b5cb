"""What params.yaml says of a trained head: its modalities, options and recipe, and what to vary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any, Literal

from pydantic import Field

from models.recipe import Recipe
from stages._grid import TARGETS
from stages._params import Section, checked


class RecipeSection(Section):
    """models.recipe.Recipe, and what is not its business.

    models   joint: one for valence and arousal; each: one for either
    threads  that torch uses, which decides the last bits
    """

    steps: int
    hop: int
    batch: int
    epochs: int
    patience: int
    optimiser: str
    lr: float
    weight_decay: float
    schedule: str
    loss: str
    clip_norm: float | None
    models: Literal["joint", "each"]
    threads: int = Field(gt=0)


class Run(Section):
    """One head to train. `recipe` and `vary` may be left out: no change, nothing to vary.

    options  the head's own
    recipe   what differs from train.recipe for this one
    vary     {option: values}: beside the run itself, one for each combination of values
    """

    modalities: list[str] = Field(min_length=1)
    options: dict[str, Any]
    recipe: dict[str, Any] = Field(default={})
    vary: dict[str, list[bool | int | float | str]] = Field(default={})


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


def plans(runs: Mapping[str, Run], recipe: RecipeSection, where: str) -> Iterator[Plan]:
    """The runs of one kind of head -> each of them and of their variations.

    where  the runs lie in params.yaml
    Raises ParamsError or ValueError for a recipe that cannot be.
    """
    for name, run in runs.items():
        merged = {**recipe.model_dump(), **run.recipe}
        values = checked(f"{where}.{name}.recipe", RecipeSection, merged).model_dump()
        models, threads = values.pop("models"), values.pop("threads")
        for called, options in _varied(name, run):
            yield Plan(called, run.modalities, options, Recipe(**values), models, threads)


def names(runs: Mapping[str, Run]) -> list[str]:
    """The names of the runs and of their variations."""
    return [called for name, run in runs.items() for called, _ in _varied(name, run)]


def _varied(name: str, run: Run) -> Iterator[tuple[str, dict[str, Any]]]:
    """The run itself, then `<name>_<option>_<value>...` for each combination to vary."""
    yield name, run.options
    for values in product(*run.vary.values()) if run.vary else ():
        chosen = dict(zip(run.vary, values, strict=True))
        parts = "_".join(f"{option}_{value}".lower() for option, value in chosen.items())
        yield f"{name}_{parts}", {**run.options, **chosen}
