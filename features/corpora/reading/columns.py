"""Which column of a table holds the labels of which target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from features.corpora.reading.tables import Row
from features.corpus import CorpusError
from features.nearest import nearest

# columns that say which row is about what; none of them holds a label
ABOUT = frozenset(
    {"clip", "end", "fold", "frame", "id", "media", "sentence", "speaker", "split", "start"}
    | {"subject", "text", "time", "timestamp"}
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The column of each target: the one that `named` gives it, otherwise of its own name."""

    named: Mapping[str, str] = field(default_factory=dict)

    def of(self, targets: Iterable[str]) -> dict[str, str]:
        """The column of each of `targets`, in their order."""
        return {target: self.named.get(target, target) for target in targets}

    def found(self, row: Row, targets: Iterable[str]) -> dict[str, str]:
        """The columns of those targets that the table of `row` has, in the order of targets.

        None where it has no labels at all; raises CorpusError where it has only others.
        """
        wanted = self.of(targets)
        found = {target: column for target, column in wanted.items() if column in row.cells}
        others = [column for column in row.cells if column not in ABOUT]
        if found or not others or not wanted:
            return found
        near = next(filter(None, (nearest(column, others) for column in wanted.values())), "")
        raise CorpusError(
            f"{row.file} line 1: no column {' or '.join(map(repr, wanted.values()))}, got "
            f"{', '.join(others)}{near}; name the column of a target by the option `columns`, or "
            "another target under `targets` in params.yaml"
        )

    def targets(self, headers: Iterable[Iterable[str]]) -> list[str]:
        """The targets that tables with these headers have columns of, sorted."""
        columns = {column for header in headers for column in header} - {""}
        return sorted({target for column in columns for target in self._held(column)})

    def _held(self, column: str) -> Iterator[str]:
        """The targets of a column."""
        named = [target for target, own in self.named.items() if own == column]
        yield from named or ([] if column in ABOUT else [column])


def columns_of(option: Mapping[str, str] | None) -> Columns:
    """The Columns of an option {target: column}; raises CorpusError for anything else."""
    if not isinstance(option or {}, Mapping):
        raise CorpusError(f"columns must be {{target: column}}, got {option!r}")
    for target, column in (option or {}).items():
        if not (isinstance(column, str) and column.strip()):
            raise CorpusError(f"columns must name the column of {target!r}, got {column!r}")
    return Columns(dict(option or {}))
