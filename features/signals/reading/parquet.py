"""Tables in Parquet files, through Arrow."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.signals.reading.cells import Cells, Clock
from features.signals.reading.columns import Columns, TableError, finite, label

ROWS = 1 << 14  # read at a time
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


class Parquet:
    """A Parquet file, of which only the columns that are asked for are read."""

    def __init__(self, file: Path):
        self.file = file
        with self._opened() as table:
            schema = table.schema_arrow
        self.names = tuple(schema.names)
        self._types = dict(zip(schema.names, schema.types, strict=True))

    def plain(self) -> Collection[str]:
        """The columns of a numeric type."""
        return [name for name, kind in self._types.items() if _numeric(kind)]

    def read(
        self, numbers: Collection[str], clocks: Collection[str], labels: Collection[str]
    ) -> Columns:
        """See Source. Columns of text are read as those of text files are."""
        names = [*dict.fromkeys([*numbers, *clocks, *labels])]
        texts = {
            name: (Clock if name in clocks else Cells)(self.file, name, True) for name in names
        }
        found = {name: [np.zeros(0)] for name in (*numbers, *clocks)}
        marks: dict[str, list[str]] = {name: [] for name in labels}
        rows = 0
        with self._opened() as table:
            for batch in table.iter_batches(batch_size=ROWS, columns=names, use_threads=False):
                for name in found:
                    found[name].append(self._numbers(batch.column(name), texts[name], rows))
                for name in labels:
                    marks[name] += [label(str(x)) for x in batch.column(name).to_pylist()]
                rows += batch.num_rows
        return Columns(
            self.file,
            {name: np.concatenate(parts) for name, parts in found.items()},
            {name: np.array(texts, np.str_) for name, texts in marks.items()},
            frozenset(name for name in clocks if self._in_seconds(name, texts[name])),
            range(rows),
            "row",
        )

    def _in_seconds(self, name: str, text: Cells) -> bool:
        return pa.types.is_duration(self._types[name]) or bool(getattr(text, "in_seconds", False))

    def _numbers(self, column: pa.Array, text: Cells, first: int) -> np.ndarray:
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        kind = column.type
        if _textual(kind):
            cells = ["" if cell is None else cell for cell in column.to_pylist()]
            return text(cells, range(first, first + len(cells)), "row")
        if pa.types.is_duration(kind):
            whole = column.cast(pa.int64()).cast(pa.float64(), safe=False)
            return whole.to_numpy(zero_copy_only=False) / PER_SECOND[kind.unit]
        if not _numeric(kind):
            raise text.error(first, "row", f"expected numbers, got values of type {kind}")
        column = column.cast(pa.int8()) if pa.types.is_boolean(kind) else column
        return finite(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))

    @contextmanager
    def _opened(self) -> Iterator[pq.ParquetFile]:
        try:
            with pq.ParquetFile(self.file) as table:
                yield table
        except (pa.ArrowException, OSError, UnicodeError) as error:
            raise TableError(f"{self.file} cannot be read as Parquet: {error}") from error


def _numeric(kind: pa.DataType) -> bool:
    types = pa.types
    return (
        types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_boolean(kind)
        or types.is_decimal(kind)
    )


def _textual(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)
