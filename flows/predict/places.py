"""Where params.yaml says that the weights of an extractor lie, whatever streams it has today."""

from __future__ import annotations

from typing import Any

from flows.predict.streams import SHARED
from stages.params import PARAMS, Extraction, document, load


def places(kind: str, name: str, extractor: str) -> list[dict[str, Any]]:
    """The options that an extractor has in params.yaml, one or more, the likeliest first.

    name  of the stream; its own if it has that extractor there, otherwise those of every stream of
    the kind that has it, otherwise none: {}

    Raises ParamsError where params.yaml cannot be read.
    """
    if not PARAMS.is_file():
        return [{}]
    there = document().get(kind) or {}
    sections = [kind] if kind in SHARED.values() else [f"{kind}.{stream}" for stream in there]
    each = {section: load(section, Extraction) for section in sections if there}
    alike = {s: dict(one.options) for s, one in each.items() if one.extractor == extractor}
    if (own := f"{kind}.{name}") in alike:
        return [alike[own]]
    return [*alike.values()] or [{}]
