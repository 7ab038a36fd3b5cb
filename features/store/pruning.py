"""Which files of a store can go."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from features.fingerprint import IDENTITY
from features.shards import Shards
from features.store.entries import JOBS, RUNS, Store, StoreError
from features.store.survey import Entry, is_job, listed

STALE_S = 3600.0  # a file half written for so long has lost its writer


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
    used          those whose key is not among these; a job is no part of a folder of shards
    max_size      of what then stays, the least recently used until at most so many bytes stay
    """
    out = [
        e
        for e in found
        if (older_than_s is not None and now - e.used > older_than_s)
        or (used is not None and e.path.stem not in used and not is_job(e.path))
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
    parts = listed(store, "??/.*.part", f"{JOBS}/??/.*.part", f"{RUNS}/??/.*.part")
    return [part for part in parts if now - part.used > STALE_S]
