"""A table of sentences that somebody rated: nothing to be seen or heard.

<path>      .csv: id,text, a column for each target, and where they are known subject,split
            split is train, val (or dev, devel, valid, validation), test or empty

Columns of labels are those of `targets` in params.yaml, in any order and with others beside them,
values in its ranges; EmoBank's table needs targets: {V: [1, 5], A: [1, 5], D: [1, 5]}, and nothing
else.

A sentence is taken to be said at the rate of ordinary speech, and its label holds for all of it,
so a score over steps weighs long sentences more. For a score in which all weigh the same, a step
each: grid.step_s above the longest (0.4 s a word), and every largest_gap_s as large.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from features.corpora.reading.clips import check_leaks, split_flaw
from features.corpora.reading.columns import columns_of
from features.corpora.reading.labels import LabelReader, constant
from features.corpora.reading.scale import scale_of
from features.corpora.reading.tables import Row, header_of, read_table
from features.corpus import Candidate, CorpusError, Rejection, composed, flaw, in_order
from features.labels import Ranges
from features.nearest import nearest
from features.track import Track
from features.words import saying

COLUMNS = ("id", "text")
VAL = ("dev", "devel", "valid", "validation")  # what others call it


@dataclass(frozen=True)
class Sentences:
    """The sentences of one table."""

    path: Path
    reader: LabelReader

    def listing(self) -> tuple[list[Candidate], list[Rejection]]:
        """Every sentence, and those turned away, each sorted by id.

        Raises CorpusError where the table cannot be read, or puts a subject in two splits.
        """
        rows, rejected = self._rows
        rejected = list(rejected)
        clips = []
        for name, group in sorted(rows.items()):
            try:
                clips.append(_candidate(name, group))
            except CorpusError as error:
                rejected.append(Rejection(name, self.path, str(error)))
        check_leaks(clips, self.path)
        return clips, in_order(rejected)

    def labels(self, clip_id: str, targets: Ranges) -> dict[str, Track]:
        """The labels of a sentence, all along it: id -> {target: Track (T, 1)}; {} of no sentence.

        Raises CorpusError naming file and line.
        """
        if clip_id not in self._rows[0]:
            return {}
        row = self._rows[0][clip_id][0]
        duration = saying(row.cells["text"])
        return {
            target: constant(float(self.reader.values([row], target, targets[target])[0]), duration)
            for target in self.reader.columns.found(row, targets)
        }

    def targets(self) -> list[str]:
        """What the table has columns of."""
        return self.reader.columns.targets([header_of(self.path)])

    @cached_property
    def _rows(self) -> tuple[dict[str, list[Row]], list[Rejection]]:
        rows: dict[str, list[Row]] = defaultdict(list)
        bad: list[Rejection] = []
        for row in read_table(self.path, COLUMNS, bad=bad, distinct=True):
            rows[composed(row.cells["id"])].append(row)
        return dict(rows), bad


def _candidate(name: str, rows: Sequence[Row]) -> Candidate:
    row = rows[0]
    if len(rows) > 1:
        lines = " and ".join(str(other.line) for other in rows)
        raise CorpusError(f"{row.file} lines {lines}: id {name!r} is there {len(rows)} times")
    if reason := flaw(name):
        raise row.error(f"id {name!r} {reason}")
    if not row.cells["text"]:
        raise row.error("the text is empty")
    split = row.cells.get("split", "")
    split = "val" if split in VAL else split
    if reason := split_flaw(split):
        raise row.error(reason)
    subject = row.cells.get("subject") or name
    return Candidate(name, None, subject, split or None, None, sentence=row.cells["text"])


def build(
    *,
    path: str,
    unlabelled: float | None = None,
    scale: Sequence[float] | None = None,
    columns: Mapping[str, str] | None = None,
) -> Sentences:
    """The table at `path`. Raises CorpusError if there is no such file.

    unlabelled  a value that means 'not annotated', beside an empty cell and NaN
    scale       [low, high] that raters rated in, null: values are in the range of their target
    columns     {target: column} of targets whose column has another name
    """
    table = Path(path)
    if not table.is_file():
        siblings = table.parent.glob("*.csv") if table.parent.is_dir() else ()
        raise CorpusError(f"no table {table}{nearest(table.name, (s.name for s in siblings))}")
    raw = None if scale is None else scale_of(scale)
    return Sentences(table, LabelReader(unlabelled, raw, columns=columns_of(columns)))
