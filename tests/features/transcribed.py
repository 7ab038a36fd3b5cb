"""Transcript files that the tests write and read."""

from __future__ import annotations

import json
from pathlib import Path

from features.transcripts.sidecar import build

Row = tuple[str, float, float]


def read_rows(
    folder: Path, suffix: str, content: object, media_s: float | None = None
) -> tuple[list[Row], list[str]]:
    """(text, start, end) of each word in a file of such a content, to 1 ms; and the problems
    without the name of the file."""
    file = folder / f"clip{suffix}"
    written = content if isinstance(content, str | bytes) else json.dumps(content)
    file.write_bytes(written if isinstance(written, bytes) else written.encode())
    reading = build().read(file, media_s=media_s)
    rows = [(word.text, round(word.start, 3), round(word.end, 3)) for word in reading.words]
    return rows, [problem.removeprefix(str(file)).lstrip(": ") for problem in reading.problems]
