"""Clips -> audio-spectrogram embeddings.

reads   data/ingest/clips.jsonl, and the media it names
writes  data/audio/*.h5           one Track a clip
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
from stages.paths import AUDIO


class Params(Extraction):
    """extractor: a file in features/audio/."""


def voice(extractor: Any, clip: Clip) -> Track:
    return extractor(heard(clip)) if clip.info.rate else nothing(extractor.dim)


def run(params: Params) -> None:
    sources = {clip: clip.source for clip in read_clips()}
    extract("audio", params, sources, voice, keep_track, AUDIO)


if __name__ == "__main__":
    main("audio", Params, run)
