"""Writing shards: complete or not at all, and the same bytes for the same rows."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any
from uuid import uuid4

import h5py
import numpy as np

from features.shards.plan import Plan
from features.shards.record import USER_BLOCK, Record, canonical, digest
from features.shards.seal import seal

Read = Callable[[Iterable[str]], Iterable[Record]]
HEADER = 1 << 17  # bytes that HDF5 writes beside the arrays, at most
CHANGED = "the records of a shard were not the same when read a second time; run it again"


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
                write(part / f"{number:03d}.h5", meta, partial(read, ids))
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
    can be packed from records that are opened one at a time. What is written is compared with the
    digest that each record had the first time. Raises ValueError where it is another or records do
    not fit together, and OSError where the disk does not take them.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")  # process ids repeat across machines
    try:
        plan = Plan(read())
        _reserve(part, plan.room() + len(canonical(meta)) + HEADER)
        # nobody else knows of this file, so it needs no lock, and network disks often have none
        with h5py.File(
            part, "w", userblock_size=USER_BLOCK, libver="earliest", locking=False
        ) as file:
            file.attrs["meta"] = canonical(meta)
            begins = _laid_out(file, plan)
        _fill(part, begins, plan, read())
        seal(part)
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):  # renamed, or never begun
            part.unlink()


def _reserve(path: Path, size: int) -> None:
    """Take room on the disk before HDF5 does: it crashes where a disk or a quota refuses it any."""
    try:
        if size > shutil.disk_usage(path.parent).free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with path.open("xb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):  # a disk that cannot reserve
            raise OSError(error.errno, error.strerror, str(path)) from error


def _laid_out(file: h5py.File, plan: Plan) -> dict[str, int]:
    """Every array with its room in the file, the heads filled; where the rows of each begin.

    HDF5 chooses where an array lies as its first row is written; it need not write the others.
    """
    for name, values in plan.heads().items():
        file.create_dataset(name, data=values, track_times=False)
    into = {
        name: file.create_dataset(name, shape=shape, dtype=dtype, track_times=False)
        for name, (shape, dtype) in plan.sizes.items()
    }
    for name in plan.filled:
        into[name][:1] = np.zeros((1, *into[name].shape[1:]), into[name].dtype)
    return {name: into[name].id.get_offset() for name in plan.filled}


def _fill(path: Path, begins: Mapping[str, int], plan: Plan, records: Iterable[Record]) -> None:
    """Write every row where it belongs. Raises ValueError where a record is not what it was."""
    at = dict(begins)
    ends = {name: at[name] + plan.bytes(name) for name in at}
    with path.open("r+b", buffering=0) as file:

        def put(name: str, block: np.ndarray) -> None:
            if block.nbytes > ends.get(name, 0) - at.get(name, 0):
                raise ValueError(CHANGED)
            left = np.ascontiguousarray(block).reshape(-1).view(np.uint8)
            while len(left):
                count = os.pwrite(file.fileno(), left.data, at[name])
                left, at[name] = left[count:], at[name] + count

        for record, promised in zip_longest(records, plan.promised):
            if record is None or (record.clip, digest(record, put)) != promised:
                raise ValueError(CHANGED)
