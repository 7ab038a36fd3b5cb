"""The options of `table`, understood: what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.signals.reading.columns import Source, label
from features.signals.rows.choice import choose, present
from features.signals.rows.faces import Faces
from features.signals.rows.presets import WITH_FACES, preset, trusted
from features.signals.rows.times import Way
from features.signals.rows.validity import Rule, rules
from features.signals.rows.ways import way


@dataclass(frozen=True)
class Layout:
    """What the columns of a table mean.

    columns   names or patterns of features; None: all columns of numbers; without: but these
    way       how times are told
    rules     by which rows do not count
    faces     how rows of one moment become one; None: a moment has one row
    missing   numbers that mean that there is none
    """

    columns: tuple[str, ...] | None
    without: tuple[str, ...]
    way: Way
    rules: tuple[Rule, ...]
    faces: Faces | None
    missing: tuple[float, ...]

    def chosen(self, source: Source) -> tuple[str, ...]:
        """The features of a table, in order. Raises TableError where a column is not there."""
        placing = self.way.columns(source)
        others = {*placing, *self.ruled, *self.labels}
        label_column = {self.faces.column} if self.faces and self.faces.column else set()
        found = choose(source, self.columns, self.without, others | label_column)
        present(source, [*placing, *found, *self.ruled, *self.labels])
        return found

    @property
    def ruled(self) -> tuple[str, ...]:
        """The columns that rules read."""
        return tuple(dict.fromkeys(rule.column for rule in self.rules))

    @property
    def labels(self) -> tuple[str, ...]:
        """The columns whose labels tell faces apart."""
        return self.faces.labels if self.faces else ()


def layout(
    *,
    name: str | None,
    given: Mapping[str, Any],
    start_s: float,
    missing: Sequence[float] | None,
    confidence: float | None,
    face_id: int | str | None,
) -> Layout:
    """The Layout of a preset (name) with what is given beside it, see `table.build`.

    Raises ValueError for options that do not go together or name nothing there is.
    """
    options = preset(name, given)
    if not np.isfinite(start_s):
        raise ValueError(f"table: start_s must be a number, got {start_s}")
    ways = {option: options[option] for option in ("time", "unit", "frame", "rate_hz")}
    return Layout(
        _names("columns", options["columns"]),
        _names("without", options["without"]) or (),
        way(**ways, first_frame=options["first_frame"], start_s=float(start_s)),
        rules(trusted(options["valid"], confidence)),
        _faces(name, options["face"], face_id),
        tuple(float(number) for number in missing or ()),
    )


def _names(option: str, given: Any) -> tuple[str, ...] | None:
    if given is None:
        return None
    if isinstance(given, str) or not all(isinstance(name, str) for name in given):
        raise ValueError(f"table: {option} must be a list of names or patterns, got {given!r}")
    if option == "columns" and not given:
        raise ValueError("table: columns is an empty list; null takes all columns of numbers")
    return tuple(given)


def _faces(name: str | None, column: str | None, keep: int | str | None) -> Faces | None:
    if keep is not None and column is None:
        raise ValueError(
            f"table: face_id is {keep}, but no column tells faces apart; name it under face"
        )
    if column is None and name not in WITH_FACES:
        return None
    return Faces(column, None if keep is None else label(str(keep)))
