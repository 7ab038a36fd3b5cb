"""Times of day as subtitles have them: hours:minutes:seconds.fraction."""

from __future__ import annotations

CLOCK = r"(?:(\d{1,2}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?"  # four groups for `seconds`


def seconds(hours: str | None, minutes: str, whole: str, fraction: str | None) -> float:
    """The groups of CLOCK -> s; .5 is half a second, as decimals are read, not 5 ms."""
    nanoseconds = int((fraction or "0").ljust(9, "0"))
    return (((int(hours or 0) * 60 + int(minutes)) * 60 + int(whole)) * 10**9 + nanoseconds) / 10**9
