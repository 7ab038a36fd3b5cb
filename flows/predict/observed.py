"""A video -> the tracks that a head reads, made as the features that it was trained on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
import torch

from features.crops import Crops, keep
from features.media import Frame, Sound, frames, sound
from features.shards import Record
from features.spoken import text_track
from features.track import State, Track, nothing
from features.words import Words
from flows.predict.extractors import Extractors
from flows.predict.video import Video
from flows.predict.words import warn, words
from stages.work.progress import meter, progress

M = TypeVar("M", Frame, Sound)


@dataclass(frozen=True, eq=False)
class Observed:
    """A Track of each stream, without rows where the video lacks it; the faces, if looked for."""

    tracks: dict[str, Track]
    faces: Record | None


def observe(video: Video, extractors: Extractors, widths: Mapping[str, int]) -> Observed:
    """Ask each extractor about the video; a stream that has none has no rows.

    widths  {stream: D} that the head reads

    Raises ValueError for rows of another width, MediaError, TranscriptError or TableError for a
    file that cannot be read.
    """
    torch.set_num_threads(1)  # as in the stages: their number decides the last bits
    said = _words(video, extractors.shared) if "transcripts" in extractors.shared else None
    faces = _faces(video, extractors.shared["faces"]) if "faces" in extractors.shared else None
    tracks = {}
    for stream, width in widths.items():
        rows = nothing(width)
        if stream in extractors.streams:
            kind, extractor = extractors.streams[stream]
            rows = _track(video, stream, kind, extractor, said, faces)
        if rows.dim != width:
            raise ValueError(f"{stream} has rows of {rows.dim} features, the head reads {width}")
        tracks[stream] = rows
    return Observed(tracks, faces)


def _track(
    video: Video, stream: str, kind: str, extractor: Any, said: Words | None, faces: Record | None
) -> Track:
    """The rows of one stream, from the words, the faces, or the file itself."""
    if kind == "text":
        warn(said, extractor)
        return text_track(extractor, said)
    if kind == "audio":
        return extractor(partial(_heard, video, label=stream))
    if kind == "signals":
        duration = video.info.duration
        return extractor.read(video.tables[stream], video.path, 0.0, None, duration)
    if faces is None:
        raise ValueError(f"{stream} is a {kind} stream, but no faces were looked for")
    return extractor(_Counted(faces, stream))


def _words(video: Video, shared: Mapping[str, Any]) -> Words | None:
    hear = partial(_heard, video, label="transcripts")
    return words(shared["transcripts"], hear, video.transcript, video.info.duration)


def _faces(video: Video, extractor: Any) -> Record:
    seen, clip = _timed(frames(video.path), video, "faces"), video.path.stem
    found = extractor(seen, partial(sound, video.path), clip)
    return keep(clip, video.sha256, found)  # the crops lie on disk


class _Counted(Crops):
    """Crops that show how many of them were asked for."""

    def __init__(self, record: Record, label: str):
        super().__init__(record)
        self._label = label

    def images(self) -> Iterator[np.ndarray]:
        count = int((self.state == State.OK).sum())
        yield from progress(super().images(), count, self._label, "face")


def _heard(video: Video, rate: int, label: str) -> Iterator[Sound]:
    return _timed(sound(video.path, rate), video, label)


def _timed(moments: Iterable[M], video: Video, label: str) -> Iterator[M]:
    """Pass moments of the video on, showing how far into it they are."""
    with meter(math.ceil(video.info.duration), label, "s") as bar:
        for moment in moments:
            yield moment
            bar.update(max(0, int(moment.time) - bar.n))
