"""Files that appear together and complete, or not at all, whatever interrupts their making."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def together(*files: Path) -> Iterator[list[Path]]:
    """Files to write, which take the places of `files` if the block ends well.

    Raises OSError before anything is done where one of them could not be written.
    """
    parts = [file.with_name(f".{file.name}.part") for file in files]
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
