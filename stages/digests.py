"""The digests of files, without reading again what has not changed since."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter

from features.fingerprint import file_sha256
from stages.remembered import recalled, remember
from stages.work.each import each

SETTLED_S = 2.0  # some file systems date changes no finer; one just made may change unnoticed
# size in bytes, inode, times of the last change of the content and of anything, in ns: whoever sets
# the first time back, as `rsync -t` does, changes the second
Stamp = tuple[int, int, int, int]
Known = TypeAdapter(dict[str, tuple[int, int, int, int, str]])  # by absolute path, and the sha256
COST = "every file is read"


def digests(files: Iterable[Path], memory: Path) -> dict[Path, str | OSError]:
    """The sha256 of each file, hex, or why it cannot be read.

    memory  the file in which they are kept until next time
    """
    files, known, now = list(files), recalled(memory, Known, COST), time.time_ns()
    stamps = {file: stamp for file in files if (stamp := _stamp(file))}
    found: dict[Path, str | OSError] = {}
    for file, stamp in stamps.items():
        *then, sha256 = known.get(os.path.abspath(file), (None,))
        if isinstance(sha256, str) and tuple(then) == stamp:
            found[file] = sha256
    unread = [file for file in files if file not in found]
    found |= dict(each(digest, unread, "hash", "file"))
    settled = {
        os.path.abspath(file): (*stamp, sha256)
        for file, stamp in stamps.items()
        if isinstance(sha256 := found[file], str) and now - stamp[2] > SETTLED_S * 1e9
    }
    if settled != known:
        remember(memory, Known, settled, COST)
    return found


def digest(file: Path) -> tuple[Path, str | OSError]:
    """A file and its sha256; what is wrong with it is an answer, not a failure."""
    try:
        return file, file_sha256(file)
    except OSError as error:
        return file, error


def _stamp(file: Path) -> Stamp | None:
    try:
        stat = file.stat()
    except OSError:
        return None  # reading it will tell why
    return stat.st_size, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns
