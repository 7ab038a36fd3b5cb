"""The section `train` of params.yaml: which heads are trained, how, and on what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from itertools import product
from typing import Any, Literal, get_type_hints

from pydantic import Field, create_model, model_validator

from features.corpus import check_id
from features.nearest import unknown
from models.recipe import Recipe
from stages.params import Section

HINTS = get_type_hints(Recipe)
RECIPE: dict[str, Any] = {field.name: (HINTS[field.name], ...) for field in fields(Recipe)}
# models.recipe.Recipe, and what is not its business. models: joint, one for all targets; each, one
# for each. threads: that torch uses, which decides the last bits.
RecipeSection = create_model(
    "RecipeSection",
    __base__=Section,
    **RECIPE,
    models=(Literal["joint", "each"], ...),
    threads=(int, Field(gt=0)),
)


class Run(Section):
    """One configuration of a head to train. `recipe` and `vary` may be left out: no change, nothing
    to vary.

    modalities  the streams it fuses
    options  the head's own
    recipe   what differs from train.recipe for this one
    vary     {option: values}: beside the run itself, one for each combination of values
    """

    modalities: list[str] = Field(min_length=1)
    options: dict[str, Any]
    recipe: dict[str, Any] = Field(default={})
    vary: dict[str, list[bool | int | float | str]] = Field(default={})


class Params(Section):
    heads: list[str] = Field(min_length=1)  # which are trained, of those with runs below
    seeds: list[int] = Field(min_length=1)
    device: Literal["auto", "cpu", "cuda"]
    precision: Literal["single", "bfloat16"]
    memory_gb: float = Field(ge=0)  # of rows that a training may hold in memory
    recipe: RecipeSection  # pyright: ignore[reportInvalidTypeForm] - its fields are Recipe's
    runs: dict[str, dict[str, Run]] = Field(min_length=1)  # {a file in models/fusion/: {name: Run}}

    @model_validator(mode="after")
    def _named_once(self) -> Params:
        for head in self.heads:
            if head not in self.runs:
                raise ValueError(unknown("head under train.runs", head, self.runs))
        for seed in self.seeds:
            if self.seeds.count(seed) > 1:
                raise ValueError(f"seed {seed} is named twice under train.seeds")
        every = [name for runs in self.runs.values() for name in names(runs)]
        for name in every:
            check_id(name)  # it becomes a folder
            if every.count(name) > 1:
                raise ValueError(f"two runs are named {name!r}; scores are listed by that name")
        return self


def names(runs: Mapping[str, Run]) -> list[str]:
    """The names of the runs and of their variations."""
    return [called for name, run in runs.items() for called, _ in varied(name, run)]


def varied(name: str, run: Run) -> Iterator[tuple[str, dict[str, Any]]]:
    """The run itself, then `<name>_<option>_<value>...` for each combination to vary."""
    yield name, run.options
    for values in product(*run.vary.values()) if run.vary else ():
        chosen = dict(zip(run.vary, values, strict=True))
        parts = "_".join(f"{option}_{value}".lower() for option, value in chosen.items())
        yield f"{name}_{parts}", {**run.options, **chosen}
