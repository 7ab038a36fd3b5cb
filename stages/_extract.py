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
from stages._reads import check_watched

log = logging.getLogger("stages")
Ask = Callable[[Any, Clip], Any]  # an extractor, a clip -> what the one makes of the other
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
    ask: Ask
    keep: Keep


def extract(
    kind: str,
    params: Extraction,
    sources: Mapping[Clip, str],
    ask: Ask,
    keep: Keep,
    out: Path,
    made_from: Mapping[str, Any] | None = None,
) -> None:
    """Fill `out` with shards: one record for each clip, from the store or made now.

    sources  the digest of what each clip's rows are made from
    ask      extractor, clip -> answer; keep  the answer -> Record; both importable functions
    made_from  {kind: what made the rows that a clip's signal is read from}, if it is no file
    """
    check_watched(kind, params)
    meta = identity(kind, params.extractor, params.options)
    store = Store()
    keys = {clip.id: store.key(source, meta) for clip, source in sources.items()}
    options, made_by = canonical(params.options), canonical(meta)
    jobs = [
        Job(
            clip,
            source,
            keys[clip.id],
            kind,
            params.extractor,
            options,
            made_by,
            ask,
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
    last: dict[str, Record] = {}  # one entry: clips that lack a modality all have the same

    def read(ids: Iterable[str]) -> Iterator[Record]:
        """Records for sizes, then once more for rows: an entry is checked the first time."""
        for clip in ids:
            if clip in checked:
                yield checked.pop(clip)
            else:
                key = keys[clip]
                if key not in last:
                    entry = kept(store, by_id[clip])
                    last.clear()
                    last[key] = entry
                checked[clip] = replace(last[key], clip=clip)
                yield checked[clip]

    about = {**meta, "made_from": made_from} if made_from else meta
    write_folder(out, params.shards, about, by_id, read)


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
    """Extract one clip and keep it in the store, unless a worker that was lost has done so."""
    if Store().has(job.key):
        return
    with blaming(job.clip):
        extractor = built(job.kind, job.extractor, job.options)
        record = job.keep(job.source[:16], job.source, job.ask(extractor, job.clip))
    Store().put(job.key, json.loads(job.meta), record)
