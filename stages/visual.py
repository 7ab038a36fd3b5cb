"""Face crops -> visual embeddings.

reads   data/ingest/clips.jsonl, data/faces/*.h5
writes  data/visual/*.h5          one Track a clip
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from features.crops import Crops
from features.shards import Shards
from features.track import keep_track
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


def crops(clip: Clip) -> tuple[Crops]:
    return (Crops(faces()[clip.id]),)


def run(params: Params) -> None:
    found = Shards(FACES)
    sources = {clip: found.content(clip.id) for clip in read_clips()}
    extract("visual", params, sources, crops, keep_track, VISUAL)


if __name__ == "__main__":
    main("visual", Params, run)
