"""Writing shards: complete or not at all, and the same bytes for the same rows."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import zip_longest
from pathlib import Path
from typing import Any
from uuid import uuid4

import h5py
import numpy as np

from features.shards.plan import Plan
from features.shards.record import USER_BLOCK, Record, blocks, canonical
from features.shards.seal import seal

Read = Callable[[Iterable[str]], Iterable[Record]]


def write_folder(
    folder: Path, shards: int, meta: Mapping[str, Any], clips: Iterable[str], read: Read
) -> None:
    """Pack clips into `folder` as at most `shards` files; replaces the folder as a whole.

    `read(ids)` yields the records of those clips in that order; it is called twice for each file.
    The shard of a clip depends on its id alone, so that adding a clip rewrites one file and leaves
    the bytes of the others. Raises OSError, naming the folder, where it cannot be written; what
    was there before stays.
    """
    part, old = (folder.with_name(f".{folder.name}.{end}") for end in ("part", "old"))
    try:
        for left in (part, old):  # by a run that was killed
            if left.exists():
                shutil.rmtree(left)
        part.mkdir(parents=True)
        for number, ids in enumerate(_split(clips, shards)):
            if ids:
                write(part / f"{number:03d}.h5", meta, lambda ids=ids: read(ids))
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
        if old.exists():
            shutil.rmtree(old)
    except OSError as error:
        error.add_note(f"while writing shards to {folder}")
        raise


def _split(clips: Iterable[str], shards: int) -> list[list[str]]:
    chosen: list[list[str]] = [[] for _ in range(shards)]
    for clip in sorted(clips, key=str.encode):
        first = hashlib.sha256(clip.encode()).digest()[:8]
        chosen[int.from_bytes(first, "big") % shards].append(clip)
    return chosen


def write(path: Path, meta: Mapping[str, Any], read: Callable[[], Iterable[Record]]) -> None:
    """Write the records that `read()` yields, in their order, as one shard at `path`.

    `read` is called twice, once for sizes and once for rows, so that a shard larger than memory
    can be packed from records that are opened one at a time. Raises ValueError where records do
    not fit together, and OSError where the disk does not take them.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")  # process ids repeat across machines
    try:
        with _created(part) as file:
            file.attrs["meta"] = canonical(meta)
            _fill(file, read)
        seal(part)
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):  # renamed, or never begun
            part.unlink()


@contextmanager
def _created(path: Path) -> Iterator[h5py.File]:
    """A new file, closed at the end. Raises OSError in the system's words where the disk is full.

    HDF5 may notice that only as it closes the file, and says so in a RuntimeError.
    """
    file = h5py.File(path, "x", userblock_size=USER_BLOCK, libver="earliest")
    try:
        try:
            yield file
        finally:
            try:
                file.close()
            except RuntimeError as error:
                raise OSError(str(error)) from error
    except OSError as error:
        found = re.search(r"errno = (\d+), error message = '([^']*)'", str(error))
        raise (OSError(int(found[1]), found[2], str(path)) if found else error) from error


def _fill(file: h5py.File, read: Callable[[], Iterable[Record]]) -> None:
    plan, place = Plan(read()), Path(file.filename)
    if plan.bytes() > shutil.disk_usage(place.parent).free:  # before HDF5 fails half way: it has
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(place))  # crashed after that
    for name, values in plan.heads().items():
        file.create_dataset(name, data=values, track_times=False)
    for name, (shape, dtype) in plan.sizes.items():
        file.create_dataset(name, shape=shape, dtype=dtype, track_times=False)
    at = dict.fromkeys(plan.sizes, 0)
    for record, promised in zip_longest(read(), plan.promised):
        if record is None or (record.clip, record.content) != promised:
            raise ValueError("the records of a shard were not the same when read a second time")
        for name, x in record.arrays().items():
            for block in blocks(x):
                _put(file, name, at[name], block)
                at[name] += len(block)


def _put(file: h5py.File, name: str, at: int, block: np.ndarray) -> None:
    file[name][at : at + len(block)] = block  # pyright: ignore[reportIndexIssue] - no stubs for it
