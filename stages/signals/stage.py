"""Tables that somebody already has -> one stream of numbers.

reads   data/ingest/clips.jsonl, a table for each clip below the folder that the section names; the
        media, where a table counts their frames
writes  data/signals/<stream>/*.h5     one Track a clip; one UNDECODABLE row where its table cannot
                                       be used
        data/rejected/<stream>.jsonl   clip, file and reason of each table that cannot be used
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from features.extractor import built
from features.fingerprint import module_of
from features.manifest import Clip
from features.shards import canonical
from features.signals.reading.columns import TableError
from features.store import Store
from features.track import Track, keep_track
from stages.clips import media_of, read_clips
from stages.digests import digests
from stages.extraction import extract
from stages.flaws import Spared, reject, undecodable
from stages.params import Extraction
from stages.paths import extracted
from stages.signals.columns import Columns
from stages.signals.headers import agreed
from stages.signals.rows import rows
from stages.work.ahead import ahead


def run(params: Extraction, stream: str) -> None:
    with ahead(module_of("signals", params.extractor)):
        extractor = built("signals", params.extractor, canonical(params.options))
        clips = read_clips()
        columns = agreed(params, clips, stream)
        shared = shared_tables(extractor, clips)
        sources = sources_of(extractor, clips, columns, shared, _memory(params))
        out, ask = extracted("signals", stream), partial(rows, columns=columns, shared=shared)
        spared = Spared(partial(unread, dim=len(columns)), partial(tables_of, extractor))
        more = {"columns": list(columns)}
        flaws = extract("signals", params, sources, ask, keep_track, out, more=more, spared=spared)
    reject(stream, flaws)


def unread(_: Any, dim: int) -> Track:
    return undecodable(dim)


def tables_of(extractor: Any, clip: Clip) -> str:
    """The paths of a clip's tables; none where they are named in what is wrong with them."""
    found = _files(extractor, clip)
    return ", ".join(map(os.path.relpath, found)) if isinstance(found, list) else ""


def sources_of(
    extractor: Any,
    clips: Iterable[Clip],
    columns: Columns,
    shared: Mapping[str, str],
    memory: Path,
) -> dict[Clip, str]:
    """The digest of all that each clip's rows are made from, hex.

    shared  the clips whose table is that of other media, too; see `shared_tables`
    memory  the file in which digests of tables are kept until next time
    """
    files = {clip: _files(extractor, clip) for clip in clips}
    tables = [table for found in files.values() if isinstance(found, list) for table in found]
    known = digests(dict.fromkeys(tables), memory)
    sources = {}
    for clip, found in files.items():
        given: list[Any] = [clip.start, clip.end, clip.info.duration, columns, shared.get(clip.id)]
        if extractor.reads_media:
            given.append(clip.sha256)
        if isinstance(found, list):  # the suffix decides how a table is read
            found = [[table.suffix.lower(), str(known[table])] for table in found]
        sources[clip] = hashlib.sha256(canonical([*given, found]).encode()).hexdigest()
    return sources


def shared_tables(extractor: Any, clips: Iterable[Clip]) -> dict[str, str]:
    """The clips whose table is found for other media as well: {clip id: another clip's id}."""
    found: dict[Path, list[Clip]] = {}
    for clip in clips:
        files = _files(extractor, clip)
        for file in files if isinstance(files, list) else ():
            found.setdefault(file, []).append(clip)
    return {
        clip.id: next(other.id for other in several if other.media != clip.media)
        for several in found.values()
        for clip in several
        if len({other.media for other in several}) > 1
    }


def _files(extractor: Any, clip: Clip) -> list[Path] | str:
    """A clip's tables, or why it has none that can be used."""
    try:
        return extractor.files(clip.id, media_of(clip))
    except TableError as error:
        return str(error)


def _memory(params: Extraction) -> Path:
    """Where the digests of tables are kept, beside the entries of the clip store."""
    name = hashlib.sha256(canonical([params.extractor, params.options]).encode()).hexdigest()
    return Store().root / "digests" / f"{name[:16]}.json"
