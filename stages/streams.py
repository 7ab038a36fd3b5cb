"""The streams that params.yaml names: what each is, and how it gets onto the time grid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from features.nearest import unknown
from stages.params import ParamsError, checked, document
from stages.rules import Kind, Stream

KINDS: tuple[str, ...] = get_args(Kind)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")  # it becomes a folder, a column and a torch module


def streams() -> dict[str, Stream]:
    """The streams that are aligned, by name, in the order of params.yaml.

    What is read is what they name, never what lies in data/align. Raises ParamsError.
    """
    named = document().get("align")
    if not isinstance(named, dict) or not named:
        raise ParamsError("params.yaml: align must name a stream or more, each with of, how, ...")
    return {name: checked(f"align.{name}", Stream, values) for name, values in named.items()}


def known_streams(names: Iterable[str], where: str) -> None:
    """Raises LookupError for the first of some names that no stream has, with the nearest."""
    there = streams()
    for name in names:
        if name not in there:
            raise LookupError(unknown(f"stream (in {where})", name, there))


def misnamed_streams(params: Mapping[str, Any]) -> Iterable[str]:
    """A sentence for each thing in params.yaml that is wrong about the names of streams."""
    of: dict[str, str] = {}
    for kind in KINDS:
        section = params.get(kind) or {}
        for name in section if isinstance(section, dict) else ():
            if not NAME.fullmatch(str(name)):
                yield (
                    f"a stream cannot be called {name!r} ({kind} in params.yaml): letters, digits, "
                    "- and _, a letter first"
                )
            if name in of:
                yield f"two streams are called {name!r}, under {of[name]} and under {kind}"
            of[name] = kind
    yield from _misplaced(params.get("align") or {}, of)
    yield from _unread(params, of)


def _misplaced(aligned: Any, of: Mapping[str, str]) -> Iterable[str]:
    """What is wrong between the streams that are extracted and those that are aligned."""
    if not isinstance(aligned, dict):
        yield "align in params.yaml must be a stream's name: {of, how, largest_gap_s}"
        return
    for name, values in aligned.items():
        kind = values.get("of") if isinstance(values, dict) else None
        if name not in of:
            yield unknown("stream (align in params.yaml)", str(name), of)
        elif kind != of[name]:
            yield f"align.{name}.of in params.yaml must be {of[name]}, where it is, got {kind!r}"
    for name, kind in of.items():
        if name not in aligned:
            yield (
                f"stream {name!r} ({kind}) is not aligned: give it a line under align in "
                f"params.yaml, {name}: {{of: {kind}, how: mean, largest_gap_s: 0.2}}"
            )


def _unread(params: Mapping[str, Any], of: Mapping[str, str]) -> Iterable[str]:
    """The streams that runs of the chosen heads name, and that are none."""
    train = params.get("train") or {}
    for head in train.get("heads") or ():
        for run, values in (train.get("runs", {}).get(head) or {}).items():
            for name in (values or {}).get("modalities") or ():
                if name not in of:
                    yield unknown(f"stream (train.runs.{head}.{run}.modalities)", str(name), of)
