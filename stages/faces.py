"""Clips -> face crops.

reads   data/ingest/clips.jsonl, and the media it names
writes  data/faces/*.h5           for each frame: time, state, how many faces; of the clip's
                                  subject, and of all others if asked for: track, box, landmarks,
                                  confidence, crop; one UNDECODABLE row of a clip whose pictures
                                  cannot be decoded
        data/rejected/faces.jsonl clip, file and reason of each of those
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from features.crops import Face, keep, no_face
from features.extractor import built
from features.fingerprint import file_sha256, module_of
from features.manifest import Clip
from features.media.heard import heard
from features.media.seen import seen
from features.shards import canonical
from features.track import State
from stages.clips import blaming, read_clips
from stages.command import main
from stages.extraction import extract
from stages.flaws import Spared, media_file, reject
from stages.params import Extraction
from stages.paths import FACES
from stages.work.ahead import ahead


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


def unseen(_: object) -> list[Face]:
    return [no_face(0.0, State.UNDECODABLE)]


def run(params: Params) -> None:
    with ahead(module_of("faces", params.extractor)):
        extractor = built("faces", params.extractor, canonical(params.options))
        sources = {clip: source(clip, extractor) for clip in read_clips()}
        how, spared = getattr(extractor, "keep", keep), Spared(answer=unseen, file=media_file)
        reject("faces", extract("faces", params, sources, faces, how, FACES, spared=spared))


if __name__ == "__main__":
    main("faces", Params, run)
