"""Places in a JSON document, named by paths such as results.*.words.0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Place = tuple[str, Any]  # where something is in a file, what it is


def walk(value: Any, path: str, where: str = "") -> Iterator[Place]:
    """Everything below a path, in which * stands for each item of a list; nothing where it ends."""
    step, _, rest = path.partition(".")
    if not step:
        yield where, value
    elif isinstance(value, list):
        for i, item in enumerate(value):
            if step in ("*", str(i)):
                yield from walk(item, rest, f"{where}[{i}]")
    elif isinstance(value, dict) and step in value:
        yield from walk(value[step], rest, f"{where}.{step}")


def inner(value: Any, paths: str) -> Any:
    """What is first found below one of several paths, a|b, that is not null; None: nothing."""
    found = (item for path in paths.split("|") for _, item in walk(value, path))
    return next((item for item in found if item is not None), None)
