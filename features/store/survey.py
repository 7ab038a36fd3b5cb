"""Looking through a whole store: what it holds, what is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from features.shards import ShardError
from features.shards.file import Shard
from features.store.entries import JOBS, RUNS, Store, StoreError, opened
from features.store.packing import DamagedError, about_of, unpacked, unsealed

FORMER = "train (former version)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry's file: its size in bytes, and when it was last written or read (s since 1970)."""

    path: Path
    size: int
    used: float


def entries(store: Store) -> list[Entry]:
    """Every entry, in order of their keys. Raises StoreError if the store's folder is not there."""
    if not store.root.is_dir():
        raise StoreError(f"no clip store at {store.root}")
    jobs = (f"{JOBS}/??/[!.]*.zip", f"{JOBS}/??/[!.]*.checkpoint", f"{RUNS}/??/[!.]*.zip")
    return listed(store, "??/[!.]*.h5", *jobs)


def listed(store: Store, *patterns: str) -> list[Entry]:
    """The files of a store that match any of these patterns, without those that are just gone."""
    files = sorted(path for pattern in patterns for path in store.root.glob(pattern))
    return [entry for path in files for entry in _entry(path)]


def _entry(path: Path) -> Iterator[Entry]:
    """The entry at a path; none if another process has just removed it."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return
    yield Entry(path, stat.st_size, stat.st_mtime)


def contents(found: list[Entry]) -> dict[tuple[str, str], tuple[int, int]]:
    """The entries and bytes of each (kind, extractor), by header; ("damaged", "") without."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for entry in found:
        try:
            made = _made(entry.path)
        except FileNotFoundError:  # another process has just removed it
            continue
        except (ValueError, OSError, LookupError):  # counted here, named by `verify`
            made = "damaged", ""
        count, size = sums.get(made, (0, 0))
        sums[made] = count + 1, size + entry.size
    return dict(sorted(sums.items()))


def _made(path: Path) -> tuple[str, str]:
    """The kind and extractor of an entry, by its header; of a job, its kind and head."""
    if is_former(path):
        return FORMER, ""
    if path.suffix == ".checkpoint":
        return "checkpoint", ""
    made = about_of(path) if is_job(path) else Shard(path, check=False).meta
    return str(made.get("kind", "")), str(made.get("head" if is_job(path) else "extractor", ""))


def is_job(path: Path) -> bool:
    """Whether an entry is a job's, finished or under way."""
    return path.suffix != ".h5"


def is_former(path: Path) -> bool:
    """Whether an entry is a training of the version before this, which nothing reads."""
    return path.parts[-3:-2] == (RUNS,)


def damaged(found: list[Entry]) -> Iterator[ValueError]:
    """What is wrong with each entry that is not as it was written."""
    for path in (entry.path for entry in found if not is_former(entry.path)):
        read = {".h5": opened, ".zip": unpacked, ".checkpoint": unsealed}[path.suffix]
        try:
            read(path)
        except FileNotFoundError:  # another process has just removed it
            continue
        except (ShardError, DamagedError) as error:
            yield error
