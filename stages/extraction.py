"""What every extracting stage does: look in the store, make what is missing, pack the shards."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from features.extractor import built
from features.fingerprint import chosen, identity
from features.manifest import Clip
from features.shards import Record, Shards, canonical, write_folder
from features.store import Store
from stages.clips import blaming
from stages.params import Extraction
from stages.paths import DATA
from stages.provenance import of_extractor, write_provenance
from stages.watched import check_watched
from stages.work.card import on_cards
from stages.work.each import each

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
    made_from: Shards | None = None,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Fill `out` with shards: one record for each clip, from the store or made now.

    out        data/<stage>, or data/<stage>/<stream>
    sources    the digest of what each clip's rows are made from
    ask        extractor, clip -> answer; keep  the answer -> Record; both importable functions
    made_from  the rows that a clip's signal is read from, if it is no file
    more       what else the rows say of themselves, JSON values

    Networks on a card are in one process for each card of this machine, which the others feed; on a
    Dask cluster each worker has its own, and is started with a card of its own.
    """
    place = out.relative_to(DATA).as_posix()
    check_watched(kind, place.replace("/", "."), params)
    with on_cards(params.options):
        meta = identity(kind, params.extractor, params.options)
        store = Store()
        keys = {clip.id: store.key(source, meta) for clip, source in sources.items()}
        same = (kind, params.extractor, canonical(params.options), canonical(meta), ask, keep)
        jobs = [Job(clip, source, keys[clip.id], *same) for clip, source in sources.items()]
        fill(store, jobs, place)
    behind = {} if made_from is None else {str(made_from.meta["kind"]): made_from}
    about = {**chosen(meta), **more}
    if behind:
        about["made_from"] = {name: shards.meta for name, shards in behind.items()}
    by_id = {job.clip.id: job for job in jobs}
    write_folder(out, params.shards, about, by_id, Entries(store, by_id))
    write_provenance(place, out, of_extractor(meta), behind)


def fill(store: Store, jobs: Sequence[Job], label: str) -> None:
    """Make the entries that a store lacks."""
    unique = {job.key: job for job in jobs}  # two clips of the same bytes are made once
    missing = [job for job in unique.values() if not store.has(job.key)]
    log.info(
        "%d clips, %d of them in the store %s", len(jobs), len(jobs) - len(missing), store.root
    )
    for _ in each(make, missing, label):
        pass


class Entries:
    """The entries of clips, read for sizes and then once more for rows: the packer's way.

    Each is checked the first time. Of the last one there is a copy: clips that lack a modality all
    have the same.
    """

    def __init__(self, store: Store, jobs: Mapping[str, Job]) -> None:
        self._store, self._jobs = store, jobs
        self._checked: dict[str, Record] = {}
        self._last: tuple[str, Record] | None = None

    def __call__(self, clips: Iterable[str]) -> Iterator[Record]:
        for clip in clips:
            if clip in self._checked:
                yield self._checked.pop(clip)
                continue
            job = self._jobs[clip]
            if self._last is None or self._last[0] != job.key:
                self._last = job.key, kept(self._store, job)
            self._checked[clip] = replace(self._last[1], clip=clip)
            yield self._checked[clip]


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
