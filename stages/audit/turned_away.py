"""What ingest and extraction wrote down of what they could not use, and its tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypedDict

from stages.audit.check import first
from stages.audit.table import table
from stages.paths import REJECTED, rejected
from stages.reasons import alike, by_reason

FEW = 20  # names in a cell
STAGES = ("faces", "transcripts", "sync")  # that write such lines beside streams


class Line(TypedDict):
    """One line: a clip, or none where it is a file that nothing reads, and why."""

    clip: str | None
    file: str
    reason: str


def read_rejected() -> list[Line]:
    """What ingest turned away, clips and files."""
    return _lines(REJECTED)


def read_left_out(streams: Iterable[str]) -> dict[str, list[Line]]:
    """{stage or stream: what it could not use}, of those that had something to say."""
    found = {name: rejected(name) for name in (*STAGES, *streams)}
    lines = {name: _lines(file) for name, file in found.items() if file.is_file()}
    return {name: those for name, those in lines.items() if those}


def names(lines: Iterable[Line]) -> list[str]:
    """The clips of some lines, each once, in their order."""
    return list(dict.fromkeys(line["clip"] for line in lines if line["clip"] is not None))


def reasons(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Lines by reason, most frequent first; names and numbers in it do not count.

    A reason that there is once is told with them.
    """
    groups = by_reason(lines, lambda line: line["reason"])
    return {_told(group): group for group in groups}


def clips_away(lines: Iterable[Line]) -> str:
    """Clips turned away, by reason."""
    rows = [
        [reason, str(len(found := names(group))), first(found, FEW)]
        for reason, group in reasons(lines).items()
    ]
    return table("turned away", ("reason", "clips", "which"), rows)


def unread(lines: Iterable[Line]) -> str:
    """Files that nothing reads, by reason."""
    rows = [
        [reason, str(len(group)), first([line["file"] for line in group], FEW)]
        for reason, group in reasons(lines).items()
    ]
    return table("not read", ("reason", "files", "which"), rows)


def left_out(of: Mapping[str, list[Line]]) -> str:
    """What extraction could not use, by stage or stream and by reason."""
    rows = [
        [reason, name, str(len(found := names(group))), first(found, FEW)]
        for name, lines in of.items()
        for reason, group in reasons(lines).items()
    ]
    text = "These clips stay in the corpus; what is named here has no value, or lost a part."
    return f"<p>{text}</p>{table('left out', ('reason', 'in', 'clips', 'which'), rows)}"


def _told(group: list[Line]) -> str:
    same = {line["reason"] for line in group}
    return same.pop() if len(same) == 1 else alike(group[0]["reason"])


def _lines(file: Path) -> list[Line]:
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
