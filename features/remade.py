"""An extractor as it was when rows were made with it, from what the rows say made them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from features.extractor import UnknownNameError, available, built, unknown
from features.fingerprint import identity
from features.shards import canonical


class OtherWeightsError(ValueError):
    """The weights at hand are not those that the rows were made with."""


def remade(kept: Mapping[str, Any], places: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """The extractor of an identity (see features.fingerprint), and how it differs from then.

    places  {option: path} for options that say where weights lie, which an identity leaves out

    Code and libraries may have changed since: a sentence for each change, none if its rows are
    sure to be the same. Raises UnknownNameError where the extractor or one of its options no longer
    exists, OtherWeightsError, and whatever it raises itself without its weights.
    """
    kind, name = kept["kind"], kept["extractor"]
    if name not in available(kind):
        raise UnknownNameError(unknown(f"{kind} extractor", name, available(kind)))
    accepted = inspect.signature(import_module(f"features.{kind}.{name}").build).parameters
    options = {o: place for o, place in places.items() if o in accepted} | kept["options"]
    now = identity(kind, name, options)
    if now["weights"] != kept["weights"]:
        used = ", ".join(f"{o}: {v}" for o, v in options.items() if o not in now["options"])
        what = "; ".join(_changed(kept["weights"], now["weights"], 12))
        raise OtherWeightsError(f"{kind}/{name} has other weights than then ({used}): {what}")
    return built(kind, name, canonical(options)), [
        f"{kind}/{name}: {change}" for change in _changes(kept, now)
    ]


def _changes(kept: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    yield from _changed(kept["options"], now["options"])
    if kept["code"] != now["code"]:
        yield "its code, or that of a module it imports, was another"
    yield from _changed(kept["versions"], now["versions"])


def _changed(then: Mapping[str, Any], now: Mapping[str, Any], digits: int = 40) -> Iterator[str]:
    """What differs between two mappings, a sentence each; of long values the first digits."""
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            was, is_ = (str(x.get(name, "missing"))[:digits] for x in (then, now))
            yield f"{name} was {was}, is {is_}"
