"""Clips -> face crops.

reads   data/ingest/clips.jsonl, and the media it names
writes  data/faces/*.h5           for each frame: time, state, how many faces; of the clip's
                                  subject, and of all others if asked for: track, box, landmarks,
                                  confidence, crop
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from features.crops import Face, keep
from features.extractor import built
from features.fingerprint import file_sha256
from features.manifest import Clip
from features.media.heard import heard
from features.media.seen import seen
from features.shards import canonical
from stages.clips import blaming, read_clips
from stages.command import main
from stages.extraction import extract
from stages.params import Extraction
from stages.paths import FACES


class Params(Extraction):
    """extractor: a file in features/faces/."""


def faces(extractor: Any, clip: Clip) -> Iterable[Face]:
    return extractor(seen(clip), heard(clip), clip.id) if clip.info.width else ()


def source(clip: Clip, extractor: Any) -> str:
    """The digest of a clip's media, and of the files beside it that an extractor reads, hex."""
    if not (clip.info.width and hasattr(extractor, "files")):
        return clip.source
    with blaming(clip):
        files = [f"{file.name} {file_sha256(file)}" for file in extractor.files(clip.id)]
    return hashlib.sha256("\n".join([clip.source, *files]).encode()).hexdigest()


def run(params: Params) -> None:
    extractor = built("faces", params.extractor, canonical(params.options))
    sources = {clip: source(clip, extractor) for clip in read_clips()}
    extract("faces", params, sources, faces, getattr(extractor, "keep", keep), FACES)


if __name__ == "__main__":
    main("faces", Params, run)
