"""params.yaml -> one typed section. The only module that opens params.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML  # DVC's own parser: 1e-3 is a number to both of us
from ruamel.yaml.error import YAMLError

from features.nearest import closest

PARAMS = Path("params.yaml")


class Section(BaseModel):
    """Base of every stage's Params: no unknown keys, no defaults, no changes after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Extraction(Section):
    """A stage that extracts: which extractor, with which options, into how many shards.

    reads  the file or folder that the extractor reads beside the corpus, for DVC to watch
    """

    reads: str
    extractor: str
    options: dict[str, Any]
    shards: int = Field(gt=0)


class ParamsError(ValueError):
    """params.yaml does not say what a stage needs."""


S = TypeVar("S", bound=Section)


def load(name: str, schema: type[S], path: Path = PARAMS) -> S:
    """One section of params.yaml, checked; raises ParamsError naming key and nearest key.

    name  of the section; of one inside another, `visual.face`
    """
    found: Any = document(path)
    outer = ""
    for part in name.split("."):
        if not isinstance(found, dict) or part not in found:
            there = list(found) if isinstance(found, dict) else []
            near = closest(part, map(str, there))
            hint = f"; did you mean {near!r}?" if near else ""
            raise ParamsError(
                f"{path} has no section {outer + part!r}; it has: "
                f"{', '.join(outer + str(key) for key in there) or 'nothing there'}{hint}"
            )
        found, outer = found[part], f"{outer}{part}."
    return checked(name, schema, found, path)


def document(path: Path = PARAMS) -> dict[str, Any]:
    """All of params.yaml, unchecked; raises ParamsError where it cannot be read."""
    try:
        found = YAML(typ="safe").load(path) or {}
    except FileNotFoundError:
        raise ParamsError(f"no {path} here; run stages from the root of the repository") from None
    except YAMLError as error:
        raise ParamsError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(found, dict):
        raise ParamsError(f"{path} must hold sections by their names, got {type(found).__name__}")
    return found


def checked(where: str, schema: type[S], values: Any, path: Path = PARAMS) -> S:
    """Values that lie at `where` in params.yaml -> a section; ParamsError if it cannot be."""
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        lines = "; ".join(_line(where, schema, e) for e in error.errors())
        raise ParamsError(f"{path}: {lines}") from None


def _line(name: str, schema: type[Section], error: Any) -> str:
    where = ".".join([name, *map(str, error["loc"])])
    if error["type"] == "extra_forbidden":
        known = _known(schema, error["loc"][:-1])
        near = closest(str(error["loc"][-1]), known)
        hint = f"; did you mean {near!r}?" if near else ""
        return f"{where} is not a known key; there are: {', '.join(known)}{hint}"
    if error["type"] == "missing":
        return f"{where} is missing"
    if error["type"] == "value_error":  # a section's own words, which say what it got
        return f"{where}: {error['ctx']['error']}"
    return f"{where}: {error['msg']} (got {error['input']!r})"


def _known(schema: type[Section], path: Iterable[Any]) -> list[str]:
    """The keys of the section that lies at `path` inside another, in dicts or lists or not."""
    kind: Any = schema
    for part in path:
        inside = isinstance(kind, type) and issubclass(kind, Section)
        kind = kind.model_fields[part].annotation if inside else get_args(kind)[-1]
    return list(kind.model_fields)
