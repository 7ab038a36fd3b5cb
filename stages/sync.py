"""Face crops and sound -> how late the sound of each clip is.

reads   data/ingest/clips.jsonl, the media it names, data/faces/*.h5
writes  data/sync/*.h5            for each clip one row, or none where it cannot be told: seconds
                                  that the sound is late, how well it then agrees, how sure that is
        data/rejected/sync.jsonl  clip, file and reason of each whose sound cannot be decoded

A stage of its own, so that the audit needs neither faces nor media: both are never pushed.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

import numpy as np

from features.av_lag import Lag
from features.crops import Crops
from features.manifest import Clip
from features.media.heard import heard
from features.shards import Record, Shards
from stages.clips import read_clips
from stages.command import main
from stages.extraction import extract
from stages.flaws import Spared, media_file, reject
from stages.params import Extraction
from stages.paths import FACES, SYNC

COLUMNS = ("seconds", "agreement", "confidence")  # of Lag


class Params(Extraction):
    """extractor: a file in features/sync/."""


@cache
def faces() -> Shards:
    return Shards(FACES, check=False)  # checked by the stage before the workers start


def late(extractor: Any, clip: Clip) -> Lag | None:
    return extractor(Crops(faces()[clip.id]), heard(clip)) if clip.info.rate else None


def untold(_: object) -> None:
    return None


def keep(clip: str, source: str, found: Lag | None) -> Record:
    rows = {name: [] if found is None else [getattr(found, name)] for name in COLUMNS}
    return Record(clip, source, {name: np.array(x, np.float64) for name, x in rows.items()})


def run(params: Params) -> None:
    found = Shards(FACES)
    sources = {}
    for clip in read_clips():
        both = f"{clip.source} {found.content(clip.id)}"
        sources[clip] = hashlib.sha256(both.encode()).hexdigest()
    spared = Spared(answer=untold, file=media_file)
    reject("sync", extract("sync", params, sources, late, keep, SYNC, found, spared=spared))


if __name__ == "__main__":
    main("sync", Params, run)
