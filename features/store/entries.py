"""Store: entries are read with every byte checked, and written atomically."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from features.shards import Record, ShardError, canonical, write
from features.shards.file import Shard

JOBS = "jobs"  # the folder of results of jobs and of checkpoints, see features.store.results
RUNS = "runs"  # where the version before this kept finished trainings; never read
log = logging.getLogger(__name__)


class StoreError(OSError):
    """The store's folder cannot be used."""


class Store:
    """The clip store in `root`; by default $CLIP_STORE, else .clip_store in the working folder."""

    def __init__(self, root: Path | str | None = None):
        self.root = Path(root or os.environ.get("CLIP_STORE") or ".clip_store")

    @staticmethod
    def key(source: str, identity: Mapping[str, Any]) -> str:
        """The name of an entry: sha256 over its source's digest and what made it, hex."""
        return hashlib.sha256(canonical({"source": source, **identity}).encode()).hexdigest()

    def path(self, key: str) -> Path:
        """Where the entry of a key is, if there is one."""
        return self.root / key[:2] / f"{key}.h5"

    def has(self, key: str) -> bool:
        """Whether there is an entry; `get` may still find it damaged. Raises StoreError."""
        with self._usable("read"):
            return self.path(key).is_file()

    def get(self, key: str) -> Record | None:
        """The entry, every byte checked; None if there is none or it was damaged and dropped.

        Rows are read as they are sliced, from the file that was checked. Its time becomes now, by
        which `prune` knows what is in use. Raises StoreError.
        """
        path, record = self.path(key), None
        try:
            with self._usable("read"), suppress(FileNotFoundError):
                record = opened(path).outline(0)
        except ShardError as error:
            with self._usable("rid of a damaged entry"):
                path.unlink(missing_ok=True)
            log.warning("dropped a store entry, it will be made again: %s", error)
            return None
        with suppress(OSError):  # somebody else's entry, or a read-only disk: unmarked, still good
            os.utime(path)
        return record

    def put(self, key: str, meta: Mapping[str, Any], record: Record) -> None:
        """Keep a record under its key.

        Raises StoreError, naming the folder, where it cannot be written, and ValueError where the
        key is not the one of this record's source and `meta`.
        """
        if key != self.key(record.source, meta):
            raise ValueError(f"{key[:12]}... is not the key of clip {record.clip!r} made by {meta}")
        with self._usable("written"):
            write(self.path(key), meta, lambda: [record])

    @contextmanager
    def _usable(self, what: str) -> Iterator[None]:
        """Name the store in whatever its folder refuses."""
        try:
            yield
        except StoreError:
            raise
        except OSError as error:
            raise StoreError(
                f"clip store {self.root} cannot be {what}: {error}; free space, mend its rights or "
                "set CLIP_STORE to another folder - finished clips are kept"
            ) from error


def opened(path: Path) -> Shard:
    """An entry, every byte checked, and that it is what its name says. Raises ShardError."""
    shard = Shard(path)
    if len(shard.clips) != 1 or Store.key(shard.sources[0], shard.meta) != path.stem:
        raise ShardError(f"{path} holds another entry than its name says")
    shard.close()  # there may be more than a process can have open
    return shard
