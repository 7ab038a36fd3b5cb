"""Clips -> face crops.

reads   data/ingest/clips.jsonl, and the media it names
writes  data/faces/*.h5           for each frame: time, state, box, landmarks, confidence, crop
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from features.crops import keep
from features.media import Frame, frames
from stages._clips import Clip, read_clips
from stages._extract import extract
from stages._main import main
from stages._params import Extraction

FACES = Path("data/faces")


class Params(Extraction):
    """extractor: a file in features/faces/."""


def pictures(clip: Clip) -> tuple[Iterator[Frame]]:
    return (frames(Path(clip.media)),)


def run(params: Params) -> None:
    sources = {clip: clip.sha256 for clip in read_clips()}
    extract("faces", params, sources, pictures, keep, FACES)


if __name__ == "__main__":
    main("faces", Params, run)
