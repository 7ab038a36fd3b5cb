"""Clips -> audio-spectrogram embeddings.

reads   data/ingest/clips.jsonl, and the media it names
writes  data/audio/<stream>/*.h5       one Track a clip, by the extractor of that stream; one
                                       UNDECODABLE row where its sound cannot be decoded
        data/rejected/<stream>.jsonl   clip, file and reason of each of those
"""

from __future__ import annotations

from typing import Any

from features.manifest import Clip
from features.media.heard import heard
from features.track import Track, keep_track, nothing
from stages.clips import read_clips
from stages.command import main
from stages.extraction import extract
from stages.flaws import Spared, media_file, reject, undecodable
from stages.params import Extraction
from stages.paths import extracted


def voice(extractor: Any, clip: Clip) -> Track:
    return extractor(heard(clip)) if clip.info.rate else nothing(extractor.dim)


def unheard(extractor: Any) -> Track:
    return undecodable(extractor.dim)


def run(params: Extraction, stream: str) -> None:
    sources, out = {clip: clip.source for clip in read_clips()}, extracted("audio", stream)
    spared = Spared(answer=unheard, file=media_file)
    reject(stream, extract("audio", params, sources, voice, keep_track, out, spared=spared))


if __name__ == "__main__":
    main("audio", Extraction, run, "stream")
