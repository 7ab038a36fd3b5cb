"""For which stream or head a stage is run, where it is run for each."""

from __future__ import annotations

import os
from typing import Literal

from stages.params import PARAMS, document
from stages.streams import NAME

Argument = Literal["stream", "head"]


def of_dvc(name: str) -> str | None:
    """For which stream or head DVC runs this stage, if it does: face, of visual@face."""
    file, _, of = os.environ.get("DVC_STAGE", "").partition(f"{name}@")
    here = file == "" or file.endswith("dvc.yaml:")  # DVC names the file if run from elsewhere
    return of if here and of else None


def checked_name(name: str, argument: Argument, of: str | None) -> str:
    """The name of a stream or head. Raises LookupError where none is given, ValueError."""
    if of is None:
        there = _there(name, argument)
        example = there[0] if there else f"<{argument}>"
        raise LookupError(
            f"which {argument}? There are: {', '.join(there) or 'none'}. Name one, `python -m "
            f"stages.{name} {example}`, or let DVC do so, `dvc repro {name}@{example}`"
        )
    if argument == "stream" and not NAME.fullmatch(of):  # it becomes a folder
        raise ValueError(
            f"a stream cannot be called {of!r} ({name} in {PARAMS}): letters, digits, - and _, "
            "a letter first"
        )
    return of


def _there(name: str, argument: Argument) -> list[str]:
    """The streams or heads that params.yaml names."""
    section = document().get(name)
    named = section.get("heads") if argument == "head" and isinstance(section, dict) else section
    return list(map(str, named)) if isinstance(named, dict | list) else []
