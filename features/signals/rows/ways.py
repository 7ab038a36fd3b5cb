"""The one way by which options say that times are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from features.nearest import unknown
from features.signals.rows.times import UNITS, Frames, Rate, Stamps, Way


def way(
    *,
    time: str | Sequence[str] | None,
    unit: str | None,
    frame: str | None,
    first_frame: int | None,
    rate_hz: float | None,
    start_s: float,
) -> Way:
    """The one way that options name. Raises ValueError unless they name exactly one."""
    given = {"time": time, "frame": frame, "rate_hz": rate_hz}
    named = [option for option, value in given.items() if value is not None]
    if len(named) != 1:
        got = " and ".join(named) or "none"
        raise ValueError(f"table: name one of time, frame and rate_hz, got {got}")
    if unit is not None and time is None:
        raise ValueError(f"table: unit is that of a column of times, but rows are by {named[0]}")
    if first_frame is not None and frame is None:
        raise ValueError(f"table: first_frame goes with frame, but rows are by {named[0]}")
    if rate_hz is not None:
        if not 0 < rate_hz < np.inf:
            raise ValueError(f"table: rate_hz must be above 0, got {rate_hz}")
        return Rate(float(rate_hz), start_s)
    if frame is not None:
        if first_frame not in (0, 1):
            raise ValueError(f"table: first_frame must be 0 or 1, got {first_frame}")
        return Frames(frame, first_frame, start_s)
    if unit not in UNITS:
        if unit is None:
            raise ValueError(f"table: the option unit is missing: whether {time} is in s or ms")
        raise ValueError(f"table: {unknown('unit of times', str(unit), UNITS)}")
    return Stamps(_ways(time), unit, start_s)


def _ways(time: Any) -> tuple[tuple[str, ...], ...]:
    """A name, a pair of names, or as presets have it several of either."""
    if isinstance(time, str):
        return ((time,),)
    names: tuple[Any, ...] = tuple(time or ())
    if len(names) == 2 and all(isinstance(name, str) for name in names):
        return (names,)
    if names and all(isinstance(name, tuple) for name in names):
        return names
    raise ValueError(f"table: time must be a column, or [start, end], got {time!r}")
