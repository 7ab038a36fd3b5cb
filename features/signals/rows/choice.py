"""Which columns of a table are features, and in which order."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

from features.signals.reading.columns import Source, TableError, no_column

NO_FEATURES = {  # names, in lower case, of what places a row and describes nobody
    *("", "id", "clip", "clip_id", "segment_id", "face_id", "identity", "name", "file", "input"),
    *("frame", "frames", "index", "row", "unnamed: 0", "subject", "participant", "video"),
    *("time", "times", "timestamp", "timestamps", "frametime", "approx_time", "start", "end"),
}


def choose(
    source: Source,
    patterns: Sequence[str] | None,
    without: Sequence[str],
    taken: Collection[str],
) -> tuple[str, ...]:
    """The features of a table: by pattern, those of one pattern in natural order of their names.

    patterns  names or patterns (*, ?, [a-z]); None: every column of numbers but those that are
              `taken` for times and rules, and those that place a row (NO_FEATURES)
    without   patterns of columns that are not to be among them

    The order of the file does not count. Raises TableError for a pattern that nothing matches.
    """
    if patterns is None:
        plain = (name for name in source.plain() if name.lower() not in NO_FEATURES)
        found = sorted({*plain} - {*taken}, key=natural)
    else:
        found = [name for pattern in patterns for name in _matches(source, pattern, taken)]
    chosen = tuple(dict.fromkeys(name for name in found if not matched(name, without)))
    if not chosen:
        raise TableError(
            f"{source.file}: none of its {len(source.names)} columns is a feature: "
            f"{', '.join(map(repr, source.names[:12]))}"
        )
    return chosen


def present(source: Source, names: Iterable[str]) -> None:
    """Raises TableError unless each of some columns is there once."""
    for name in names:
        if name not in source.names:
            raise no_column(source.file, name, source.names)
        if source.names.count(name) > 1:
            raise TableError(f"{source.file} has {source.names.count(name)} columns {name!r}")


def matched(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name is one of some patterns or matches one."""
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in patterns)


def natural(name: str) -> list[tuple[str, int]]:
    """A key that puts AU2 before AU10."""
    parts = re.split(r"(\d+)", name)
    words, numbers = parts[::2], [int(digits) for digits in parts[1::2]]
    return [*zip(words, [*numbers, -1], strict=True), (name, 0)]


def _matches(source: Source, pattern: str, taken: Collection[str]) -> list[str]:
    if pattern in source.names:  # before it is a pattern: openSMILE has names like mfcc_sma[1]
        return [pattern]
    found = {name for name in source.names if fnmatchcase(name, pattern)} - {*taken}
    if not found:
        raise no_column(source.file, pattern, source.names)
    return sorted(found, key=natural)
