"""params.yaml of a working folder, for tests that run stages in one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from stages.params import Extraction
from tests.repo import PARAMS

FILE = Path("params.yaml")


def choose(**sections: Any) -> None:
    """Put sections into params.yaml of the working folder, beside those that are there."""
    there = YAML(typ="safe").load(FILE) if FILE.exists() else {}
    YAML().dump({**there, **sections}, FILE)


def extraction(kind: str, stream: str, **options: Any) -> Extraction:
    """The section of a stream as this repository has it, but for these options."""
    section = PARAMS[kind][stream]
    return Extraction(**{**section, "options": {**section["options"], **options}})
