"""An extractor as it was when rows were made with it, from what is known of how they were made."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from features.extractor import UnknownNameError, available, built
from features.fingerprint import identity, modules
from features.nearest import unknown
from features.shards import canonical


class OtherWeightsError(ValueError):
    """The weights at hand are not those that the rows were made with."""


def remade(kept: Mapping[str, Any], places: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """The extractor of a provenance, and how it differs from then.

    kept    an identity (see features.fingerprint); its `files`, {path: digest}, may be left out
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
        then, files = kept.get("files", {}), modules(now["kind"], now["extractor"])
        other = [name for name in sorted({*then, *files}) if then.get(name) != files.get(name)]
        yield f"its code was another ({', '.join(other)})" if then else "its code was another"
    yield from _changed(kept["versions"], now["versions"])


def _changed(then: Mapping[str, Any], now: Mapping[str, Any], digits: int = 40) -> Iterator[str]:
    """What differs between two mappings, a sentence each; of long values the first digits."""
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            was, is_ = (str(x.get(name, "missing"))[:digits] for x in (then, now))
            yield f"{name} was {was}, is {is_}"
