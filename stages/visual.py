"""Face crops -> visual embeddings.

reads   data/ingest/clips.jsonl, data/faces/*.h5
writes  data/visual/<stream>/*.h5   one Track a clip, by the extractor of that stream
"""

from __future__ import annotations

from functools import cache
from typing import Any

from features.crops import Crops
from features.manifest import Clip
from features.shards import Shards
from features.track import Track, keep_track
from stages.clips import read_clips
from stages.command import main
from stages.extraction import extract
from stages.params import Extraction
from stages.paths import FACES, extracted


@cache
def faces() -> Shards:
    return Shards(FACES, check=False)  # checked by the stage before the workers start


def looks(extractor: Any, clip: Clip) -> Track:
    return extractor(Crops(faces()[clip.id]))


def run(params: Extraction, stream: str) -> None:
    found = Shards(FACES)
    sources = {clip: found.content(clip.id) for clip in read_clips()}
    extract("visual", params, sources, looks, keep_track, extracted("visual", stream), found)


if __name__ == "__main__":
    main("visual", Extraction, run, "stream")
