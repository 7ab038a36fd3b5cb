"""Looking through a whole store: what it holds, what is damaged, what can go."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from features.fingerprint import IDENTITY
from features.shards import ShardError, Shards
from features.shards.file import Shard
from features.store.entries import RUNS, Store, StoreError, opened
from features.store.trainings import ABOUT, DamagedError, read_training

STALE_S = 3600.0  # a file half written for so long has lost its writer


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
    files = [*store.root.glob("??/[!.]*.h5"), *store.root.glob(f"{RUNS}/??/[!.]*.zip")]
    return [e for path in sorted(files) for e in _entry(path)]


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
        except (ValueError, OSError, LookupError):  # counted here, named by `verify`
            made = "damaged", ""
        count, size = sums.get(made, (0, 0))
        sums[made] = count + 1, size + entry.size
    return dict(sorted(sums.items()))


def _made(path: Path) -> tuple[str, str]:
    """The kind and extractor of an entry, by its header; of a training, its head."""
    if not is_run(path):
        meta = Shard(path, check=False).meta
        return str(meta.get("kind", "")), str(meta.get("extractor", ""))
    return "train", str(json.loads(read_training(path)[ABOUT])["head"])


def is_run(path: Path) -> bool:
    """Whether an entry is a training."""
    return path.suffix == ".zip"


def damaged(found: list[Entry]) -> Iterator[ValueError]:
    """What is wrong with each entry that is not as it was written."""
    for entry in found:
        try:
            (read_training if is_run(entry.path) else opened)(entry.path)
        except (ShardError, DamagedError) as error:
            yield error


def referred(folders: Collection[Path]) -> set[str]:
    """The keys of the entries from which these folders of shards were packed: data/<stage>, or
    data/<stage>/<stream>.

    What made them is in data/provenance, under the same name. Raises StoreError where that is not
    there, ShardError.
    """
    keys: set[str] = set()
    for folder in folders:
        files = Shards(folder, check=False).files
        places = [
            top / "provenance" / folder.relative_to(top).with_suffix(".json")
            for top in list(folder.parents)[:2]
        ]
        made = next((place for place in places if place.is_file()), None)
        if made is None:
            raise StoreError(f"no {places[0]}, which says by what the rows in {folder} were made")
        about = json.loads(made.read_text(encoding="utf-8"))
        identity = {name: about[name] for name in IDENTITY}
        for file in files:
            keys |= {Store.key(source, identity) for source in file.sources}
    return keys


def superfluous(
    found: list[Entry],
    now: float,
    older_than_s: float | None = None,
    max_size: int | None = None,
    used: Collection[str] | None = None,
) -> list[Entry]:
    """Which entries can go.

    older_than_s  those neither read nor written for so long
    used          those whose key is not among these; trainings are no part of a folder of shards
    max_size      of what then stays, the least recently used until at most so many bytes stay
    """
    out = [
        e
        for e in found
        if (older_than_s is not None and now - e.used > older_than_s)
        or (used is not None and e.path.stem not in used and not is_run(e.path))
    ]
    gone = {e.path for e in out}
    stays = sorted((e for e in found if e.path not in gone), key=lambda e: (e.used, e.path))
    size = sum(e.size for e in stays)
    for entry in stays if max_size is not None else ():
        if size <= (max_size or 0):
            break
        out.append(entry)
        size -= entry.size
    return out


def half_written(store: Store, now: float) -> list[Entry]:
    """What killed writers have left behind: no entries, and never taken for any."""
    files = [*store.root.glob("??/.*.part"), *store.root.glob(f"{RUNS}/??/.*.part")]
    parts = [e for path in sorted(files) for e in _entry(path)]
    return [e for e in parts if now - e.used > STALE_S]
