"""Clips -> audio-spectrogram embeddings.

reads   data/ingest/clips.jsonl, and the media it names
writes  data/audio/*.h5           one Track a clip
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from features.track import Track, keep_track, nothing
from stages._clips import Clip, read_clips
from stages._extract import extract
from stages._main import main
from stages._media import heard
from stages._params import Extraction

AUDIO = Path("data/audio")


class Params(Extraction):
    """extractor: a file in features/audio/."""


def voice(extractor: Any, clip: Clip) -> Track:
    return extractor(heard(clip)) if clip.info.rate else nothing(extractor.dim)


def run(params: Params) -> None:
    sources = {clip: clip.source for clip in read_clips()}
    extract("audio", params, sources, voice, keep_track, AUDIO)


if __name__ == "__main__":
    main("audio", Params, run)
