"""What was found out of files, kept from one run to the next: losing it costs time only."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from stages.atomic import write_lines

T = TypeVar("T")
log = logging.getLogger("stages")


def recalled(memory: Path, kind: TypeAdapter[dict[str, T]], cost: str) -> dict[str, T]:
    """What is kept in a file, nothing if it cannot be read; `cost` says what that costs."""
    try:
        return kind.validate_json(memory.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError) as error:
        log.warning("%s cannot be read, %s: %s", memory, cost, error)
        return {}


def remember(memory: Path, kind: TypeAdapter[dict[str, T]], known: dict[str, T], cost: str) -> None:
    """Keep in a file what is known; if it cannot be written, `cost` says what that costs."""
    try:
        write_lines(memory, [kind.dump_json(known).decode()])
    except OSError as error:
        log.warning("%s cannot be written, so %s next time: %s", memory, cost, error)
