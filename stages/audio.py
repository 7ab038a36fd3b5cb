"""Clips -> audio-spectrogram embeddings.

reads   data/ingest/clips.jsonl, and the media it names
writes  data/audio/<stream>/*.h5   one Track a clip, by the extractor of that stream
"""

from __future__ import annotations

from typing import Any

from features.manifest import Clip
from features.media.heard import heard
from features.track import Track, keep_track, nothing
from stages.clips import read_clips
from stages.command import main
from stages.extraction import extract
from stages.params import Extraction
from stages.paths import extracted


def voice(extractor: Any, clip: Clip) -> Track:
    return extractor(heard(clip)) if clip.info.rate else nothing(extractor.dim)


def run(params: Extraction, stream: str) -> None:
    sources = {clip: clip.source for clip in read_clips()}
    extract("audio", params, sources, voice, keep_track, extracted("audio", stream))


if __name__ == "__main__":
    main("audio", Extraction, run, "stream")
