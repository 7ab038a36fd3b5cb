"""A table of sentences that somebody rated: nothing to be seen or heard.

<path>      .csv: id,text,valence,arousal, and where they are known subject,split
            split is train, val, test or empty; values in [-1, 1], or in `scale`

A sentence is taken to be said at the rate of ordinary speech, and its label holds for all of it,
so a score over steps weighs long sentences more. For a score in which all weigh the same, a step
each: align.step_s above the longest (0.4 s a word), and every largest_gap_s as large.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from features.corpora.reading.clips import check_leaks, split_flaw
from features.corpora.reading.labels import DIMENSIONS, constant
from features.corpora.reading.scale import Scale, scale_of
from features.corpora.reading.tables import Row, read_table
from features.corpus import Candidate, CorpusError, Rejection, composed, flaw
from features.nearest import nearest
from features.track import Track
from features.words import saying

COLUMNS = ("id", "text", *DIMENSIONS)


@dataclass(frozen=True)
class Sentences:
    """The sentences of one table; `unlabelled` is a value that means 'not annotated'."""

    path: Path
    unlabelled: float | None
    scale: Scale

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
        return clips, sorted(rejected, key=lambda r: r.clip)

    def labels(self, clip_id: str) -> Track | None:
        """The label of a sentence, all along it: id -> Track (T, 2); None for an unknown id.

        Raises CorpusError naming file and line.
        """
        if clip_id not in self._rows[0]:
            return None
        row = self._rows[0][clip_id][0]
        valence, arousal = (self.scale.value(row, d, self.unlabelled) for d in DIMENSIONS)
        return constant(valence, arousal, saying(row.cells["text"]))

    @cached_property
    def _rows(self) -> tuple[dict[str, list[Row]], list[Rejection]]:
        rows: dict[str, list[Row]] = defaultdict(list)
        bad: list[Rejection] = []
        for row in read_table(self.path, COLUMNS, bad=bad):
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
    if reason := split_flaw(split):
        raise row.error(reason)
    subject = row.cells.get("subject") or name
    return Candidate(name, None, subject, split or None, None, sentence=row.cells["text"])


def build(
    *, path: str, unlabelled: float | None = None, scale: Sequence[float] = (-1, 1)
) -> Sentences:
    """The table at `path`. Raises CorpusError if there is no such file."""
    table = Path(path)
    if not table.is_file():
        siblings = table.parent.glob("*.csv") if table.parent.is_dir() else ()
        raise CorpusError(f"no table {table}{nearest(table.name, (s.name for s in siblings))}")
    return Sentences(table, unlabelled, scale_of(scale))
