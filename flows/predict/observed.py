"""A video -> the tracks that a head reads, made as the features that it was trained on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch

from features.crops import Crops, keep
from features.fingerprint import file_sha256
from features.manifest import Info
from features.media import Frame, MediaError, Sound, frames, probe, sound
from features.shards import Record
from features.spoken import text_track
from features.track import State, Track, track
from flows.predict.words import warn, words
from stages.work.progress import meter, progress

M = TypeVar("M", Frame, Sound)
Extractors = Mapping[str, Any]  # {kind: extractor}
BEHIND = {"visual": ("faces", "visual"), "audio": ("audio",), "text": ("transcripts", "text")}
NEEDS_A_FILE = "sidecar"  # without a transcript it has no words


@dataclass(frozen=True)
class Video:
    """A file to look at, what its headers say, and its transcript if there is one."""

    path: Path
    sha256: str
    info: Info
    transcript: Path | None


@dataclass(frozen=True, eq=False)
class Observed:
    """A Track of each modality, without rows where the video lacks it; the faces, if looked for."""

    tracks: dict[str, Track]
    faces: Record | None


def video(path: Path, transcript: Path | None) -> Video:
    """A file as it is. Raises ValueError that names it where it is no media, FileNotFoundError."""
    if transcript and not transcript.is_file():
        raise FileNotFoundError(f"no transcript {transcript}")
    try:
        return Video(path, file_sha256(path) if path.is_file() else "", probe(path), transcript)
    except MediaError as error:
        raise MediaError(f"{path}: {error}") from error


def kinds(video: Video, modalities: Iterable[str], made_from: Mapping[str, Any]) -> list[str]:
    """The kinds of extractors that the signals of this video are for."""
    there = {"visual": video.info.width, "audio": video.info.rate, "text": video.transcript}
    if behind(made_from).get("transcripts", {}).get("extractor", NEEDS_A_FILE) != NEEDS_A_FILE:
        there["text"] = video.transcript or video.info.rate
    return [kind for m in modalities if there[m] for kind in BEHIND[m]]


def behind(made_from: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What made the rows of a grid -> {kind: identity} of each extractor that took part."""
    flat = {}
    for name, identity in made_from.items():
        flat |= {**identity.get("made_from", {}), name: identity}
    return flat


def observe(video: Video, extractors: Extractors, widths: Mapping[str, int]) -> Observed:
    """Ask each extractor about the video; a modality that has none has no rows.

    widths  {modality: D} that the head reads

    Raises ValueError for rows of another width, MediaError or TranscriptError for a file that
    cannot be read.
    """
    torch.set_num_threads(1)  # as in the stages: their number decides the last bits
    tracks, faces = {}, None
    if "text" in extractors:
        hear, duration = partial(_heard, video), video.info.duration
        said = words(extractors["transcripts"], hear, video.transcript, duration)
        warn(said, extractors["text"])
        tracks["text"] = text_track(extractors["text"], said)
    if "visual" in extractors:
        seen, clip = _timed(frames(video.path), video, "faces"), video.path.stem
        found = extractors["faces"](seen, partial(sound, video.path), clip)
        faces = keep(clip, video.sha256, found)  # the crops lie on disk
        tracks["visual"] = extractors["visual"](_Counted(faces))
    if "audio" in extractors:
        tracks["audio"] = extractors["audio"](partial(_heard, video))
    for name, width in widths.items():
        rows = tracks.setdefault(name, track(np.zeros((0, width)), np.zeros(0)))
        if rows.dim != width:
            raise ValueError(f"{name} has rows of {rows.dim} features, the head reads {width}")
    return Observed({name: tracks[name] for name in widths}, faces)


class _Counted(Crops):
    """Crops that show how many of them were asked for."""

    def images(self) -> Iterator[np.ndarray]:
        count = int((self.state == State.OK).sum())
        yield from progress(super().images(), count, "visual", "face")


def _heard(video: Video, rate: int) -> Iterator[Sound]:
    return _timed(sound(video.path, rate), video, "audio")


def _timed(moments: Iterable[M], video: Video, label: str) -> Iterator[M]:
    """Pass moments of the video on, showing how far into it they are."""
    with meter(math.ceil(video.info.duration), label, "s") as bar:
        for moment in moments:
            yield moment
            bar.update(max(0, int(moment.time) - bar.n))
