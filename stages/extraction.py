"""What every extracting stage does: look in the store, make what is missing, pack the shards."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from features.extractor import built
from features.fingerprint import chosen, identity, module_of
from features.manifest import Clip
from features.shards import Shards, canonical, write_folder
from features.store import Store
from stages.clip_job import Ask, Job, Keep
from stages.entries import Entries
from stages.flaws import Flaw, Spared, check_some
from stages.params import Extraction
from stages.paths import DATA
from stages.provenance import of_extractor, write_provenance
from stages.watched import check_watched
from stages.work.ahead import Ahead, ahead
from stages.work.card import on_cards


def extract(
    kind: str,
    params: Extraction,
    sources: Mapping[Clip, str],
    ask: Ask,
    keep: Keep,
    out: Path,
    made_from: Shards | None = None,
    more: Mapping[str, Any] = MappingProxyType({}),
    spared: Spared | None = None,
) -> list[Flaw]:
    """Fill `out` with shards: one record for each clip, from the store or made now; the flaws of
    clips whose file cannot be read.

    out        data/<stage>, or data/<stage>/<stream>
    sources    the digest of what each clip's rows are made from
    ask        extractor, clip -> answer; keep  the answer -> Record; both importable functions
    made_from  the rows that a clip's signal is read from, if it is no file
    more       what else the rows say of themselves, JSON values
    spared     how to go on without a clip whose file cannot be read; None: that is a failure

    Raises ValueError where no clip's can.

    Networks on a card are in one process for each card of this machine, which the others feed; on a
    Dask cluster each worker has its own, and is started with a card of its own.
    """
    place = out.relative_to(DATA).as_posix()
    with ahead(module_of(kind, params.extractor)) if spared else nullcontext():
        with on_cards(params.options):
            Ahead.enter(partial(built, kind, params.extractor, canonical(params.options)))
            check_watched(kind, place.replace("/", "."), params)
            meta = identity(kind, params.extractor, params.options)
            same = (kind, params.extractor, canonical(params.options), canonical(meta), ask, keep)
            jobs = [Job(c, source, Store.key(source, meta), *same) for c, source in sources.items()]
            entries = Entries(Store(), jobs, spared, place)
            entries.fill()
        if spared:
            check_some(out.name, entries.flaws(), len(jobs), spared.secret)
        behind = {} if made_from is None else {str(made_from.meta["kind"]): made_from}
        about = {**chosen(meta), **more}
        if behind:
            about["made_from"] = {name: shards.meta for name, shards in behind.items()}
        write_folder(out, params.shards, about, entries.jobs, entries)
    write_provenance(place, out, of_extractor(meta), behind)
    return entries.flaws()
