"""Face crops -> visual embeddings.

reads   data/ingest/clips.jsonl, data/faces/*.h5
writes  data/visual/*.h5          one Track a clip
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from features.crops import Crops
from features.shards import Shards
from features.track import Track, keep_track
from stages._clips import Clip, read_clips
from stages._extract import extract
from stages._main import main
from stages._params import Extraction

FACES = Path("data/faces")
VISUAL = Path("data/visual")


class Params(Extraction):
    """extractor: a file in features/visual/."""


@cache
def faces() -> Shards:
    return Shards(FACES, check=False)  # checked by the stage before the workers start


def looks(extractor: Any, clip: Clip) -> Track:
    return extractor(Crops(faces()[clip.id]))


def run(params: Params) -> None:
    found = Shards(FACES)
    sources = {clip: found.content(clip.id) for clip in read_clips()}
    extract("visual", params, sources, looks, keep_track, VISUAL, {"faces": found.meta})


if __name__ == "__main__":
    main("visual", Params, run)
