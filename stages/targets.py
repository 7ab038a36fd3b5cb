"""The targets that params.yaml names: what is predicted, each with the range of its values."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Collection, Iterator
from typing import Any

from features.nearest import closest
from stages.params import ParamsError, document
from stages.streams import NAME

UNIT = (-1.0, 1.0)  # the range of a target of which params.yaml gives the name alone
# other columns and keys of what is written are called so
TAKEN = ("mean", "time", "clip", "run", "epoch", "trained", "lr", "loss", "against", "ccc_without")
log = logging.getLogger("stages")


def targets() -> dict[str, tuple[float, float]]:
    """The targets in order, {name: (lowest, highest)}. Raises ParamsError."""
    return read_targets(document().get("targets"))


def read_targets(section: Any) -> dict[str, tuple[float, float]]:
    """`targets` of params.yaml, {name: [low, high]} or names alone, as {name: (low, high)}.

    Raises ParamsError for what cannot be one.
    """
    given = section
    if isinstance(section, list):
        if len(set(map(str, section))) != len(section):
            raise ParamsError(f"params.yaml: targets names one of them twice: {section}")
        section = dict.fromkeys(section, UNIT)
    if not isinstance(section, dict) or not section:
        raise ParamsError(
            "params.yaml: targets must name one or more, [valence, arousal] or "
            f"{{valence: [-1, 1], arousal: [-1, 1]}}, got {given!r}"
        )
    return {_name(name): _range(name, values) for name, values in section.items()}


def plane() -> tuple[str, str] | None:
    """The two targets of 2-D pictures, or None where there are none to draw.

    Raises ParamsError for anything but two names; a name that is no target is a warning, since
    predictions do not wait for a picture.
    """
    chosen = document().get("plane")
    if chosen is None:
        return None
    if not isinstance(chosen, list) or len(chosen) != 2 or chosen[0] == chosen[1]:
        raise ParamsError(f"params.yaml: plane must be two targets, or null, got {chosen!r}")
    there = targets()
    for name in chosen:
        if name not in there:
            near = closest(str(name), there)
            hint = f"; did you mean {near!r}?" if near else ""
            log.warning("no 2-D picture is drawn: plane names %r, which is no target%s", name, hint)
            return None
    return chosen[0], chosen[1]


def misnamed_targets(section: Any, streams: Collection[str]) -> Iterator[str]:
    """A sentence for each thing that is wrong about the names of targets."""
    try:
        names = read_targets(section)
    except ParamsError as error:
        yield str(error)
        return
    columns = [f"{name}_true" for name in names]
    columns += [column for stream in streams for column in (stream, f"{stream}_state")]
    for name in names:
        if name in columns:
            yield f"a target cannot be called {name!r}: another column is; call it otherwise"
        if re.fullmatch(rf"({'|'.join(map(re.escape, streams)) or '-'})_\d+", name):
            yield f"a target cannot be called {name!r}: a gate's column may be; call it otherwise"


def _name(name: Any) -> str:
    if not isinstance(name, str) or not NAME.fullmatch(name) or name in TAKEN:
        raise ParamsError(
            f"params.yaml: a target cannot be called {name!r}: letters, digits, - and _, a letter "
            f"first, none of {', '.join(TAKEN)}"
        )
    return name


def _range(name: Any, values: Any) -> tuple[float, float]:
    try:
        low, high = (float(v) for v in (values if isinstance(values, list | tuple) else ()))
    except (TypeError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ParamsError(f"params.yaml: targets.{name} must be [lowest, highest], got {values!r}")
    return low, high
