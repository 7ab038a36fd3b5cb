"""Files and folders that appear complete or not at all, whatever interrupts their making."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes the place of `folder` if the block ends well."""
    part = _part(folder)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def atomic_files(*files: Path) -> Iterator[list[Path]]:
    """Files to write, which take the places of `files` together if the block ends well.

    Raises OSError before anything is done where one of them could not be written.
    """
    parts = [_part(file) for file in files]
    try:
        for part in parts:
            part.parent.mkdir(parents=True, exist_ok=True)
            part.touch()
        yield parts
        for part, file in zip(parts, files, strict=True):
            part.replace(file)
    finally:
        for part in parts:
            if part.parent.is_dir():
                part.unlink(missing_ok=True)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write a text file of these lines."""
    with atomic_files(path) as (part,):
        part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def write_table(path: Path, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a CSV file of numbers and plain words."""
    write_lines(path, (",".join(map(str, row)) for row in [columns, *rows]))


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")
