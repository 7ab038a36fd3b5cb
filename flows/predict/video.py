"""A new video: its file, and what lies beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from features.fingerprint import file_sha256
from features.manifest import Info
from features.media import MediaError, probe


@dataclass(frozen=True)
class Video:
    """A file to look at, what its headers say, its transcript if there is one, and the tables of
    signals streams, {stream: file}."""

    path: Path
    sha256: str
    info: Info
    transcript: Path | None
    tables: Mapping[str, Path]


def video(path: Path, transcript: Path | None, tables: Mapping[str, Path]) -> Video:
    """A file as it is. Raises ValueError that names it where it is no media, FileNotFoundError."""
    if transcript and not transcript.is_file():
        raise FileNotFoundError(f"no transcript {transcript}")
    for stream, table in tables.items():
        if not table.is_file():
            raise FileNotFoundError(f"no table {table} of {stream}")
    try:
        sha256, info = file_sha256(path) if path.is_file() else "", probe(path)
    except MediaError as error:
        raise MediaError(f"{path}: {error}") from error
    return Video(path, sha256, info, transcript, tables)
