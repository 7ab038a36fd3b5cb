"""What every extracting stage does: look in the store, make what is missing, pack the shards."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from features.extractor import built
from features.fingerprint import identity
from features.shards import Record, canonical, write_folder
from features.store import Store
from stages._clips import Clip, blaming
from stages._each import each
from stages._params import Extraction

log = logging.getLogger("stages")
Open = Callable[[Clip], tuple]  # a clip's raw signal: the arguments of its extractor
Keep = Callable[[str, str, Any], Record]  # clip id, source digest, what came out -> a record


@dataclass(frozen=True)
class Job:
    """One clip to extract, picklable: what a worker process needs to make one store entry."""

    clip: Clip
    source: str
    key: str
    kind: str
    extractor: str
    options: str  # canonical JSON
    meta: str  # canonical JSON
    open: Open
    keep: Keep


def extract(
    kind: str, params: Extraction, sources: Mapping[Clip, str], open_: Open, keep: Keep, out: Path
) -> None:
    """Fill `out` with shards: one record for each clip, from the store or made now.

    sources  the digest of what each clip's rows are made from
    open_    a clip's raw signal; keep  the extractor's answer -> Record; both importable functions
    """
    meta = identity(kind, params.extractor, params.options)
    store = Store()
    keys = {clip.id: store.key(source, meta) for clip, source in sources.items()}
    jobs = [
        Job(
            clip,
            source,
            keys[clip.id],
            kind,
            params.extractor,
            canonical(params.options),
            canonical(meta),
            open_,
            keep,
        )
        for clip, source in sources.items()
    ]
    unique = {job.key: job for job in jobs}  # two clips of the same bytes are made once
    missing = [job for job in unique.values() if not store.has(job.key)]
    log.info(
        "%d clips, %d of them in the store %s", len(jobs), len(jobs) - len(missing), store.root
    )
    for _ in each(make, missing, kind):
        pass
    by_id = {job.clip.id: job for job in jobs}

    checked: dict[str, Record] = {}

    def read(ids: Iterable[str]) -> Iterator[Record]:
        """Records for sizes, then once more for rows: an entry is checked the first time."""
        for clip in ids:
            if clip in checked:
                yield checked.pop(clip)
            else:
                checked[clip] = replace(kept(store, by_id[clip]), clip=clip)
                yield checked[clip]

    write_folder(out, params.shards, meta, by_id, read)


def kept(store: Store, job: Job) -> Record:
    """A clip's checked entry, made where it was damaged or somebody cleared the store meanwhile."""
    record = store.get(job.key)
    if record is None:
        make(job)
        record = store.get(job.key)
    if record is None:
        raise OSError(f"clip store {store.root} does not keep the entry of clip {job.clip.id!r}")
    return record


def make(job: Job) -> None:
    """Extract one clip and keep it in the store."""
    with blaming(job.clip):
        extractor = built(job.kind, job.extractor, job.options)
        record = job.keep(job.source[:16], job.source, extractor(*job.open(job.clip)))
    Store().put(job.key, json.loads(job.meta), record)
