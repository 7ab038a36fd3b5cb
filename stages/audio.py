"""Clips -> audio-spectrogram embeddings.

reads   data/ingest/clips.jsonl, and the media it names
writes  data/audio/*.h5           one Track a clip
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from features.media import Sound, sound
from features.track import keep_track
from stages._clips import Clip, read_clips
from stages._extract import extract
from stages._main import main
from stages._params import Extraction

AUDIO = Path("data/audio")


class Params(Extraction):
    """extractor: a file in features/audio/."""


def heard(clip: Clip) -> tuple[Callable[[int], Iterator[Sound]]]:
    return (partial(sound, Path(clip.media)),)


def run(params: Params) -> None:
    sources = {clip: clip.sha256 for clip in read_clips()}
    extract("audio", params, sources, heard, keep_track, AUDIO)


if __name__ == "__main__":
    main("audio", Params, run)
