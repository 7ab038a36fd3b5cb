"""The corpus manifest: what `ingest` found usable, one JSON object a line, cut by who reads it.

    clips.jsonl        Clip        what is seen and heard: whoever decodes media
    transcripts.jsonl  Transcript  where words are written down: whoever reads words
    splits.jsonl       Assignment  who a clip shows and which split it is in: whoever trains

Each file is in order of clip ids, so that an edit of one thing changes no file about another.
Paths are relative to the repository.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from features.shards.record import canonical


@dataclass(frozen=True, slots=True)
class Info:
    """What a media file holds: seconds, frames a second, pixels, samples a second."""

    duration: float
    fps: float | None  # None: no video stream; an average where the rate varies
    width: int | None  # of a picture as it is stored, before it is turned upright
    height: int | None
    rate: int | None  # None: no audio stream
    channels: int | None
    video_stream: int | None = None  # the one that is seen, of the file's video streams, from 0
    audio_stream: int | None = None  # the one that is heard, of its audio streams
    video_streams: int = 0  # how many there are; cover pictures are none
    audio_streams: int = 0
    mended: bool = False  # its clock steps or has wild stamps: see features.media.timeline
    doubts: tuple[str, ...] = ()  # what the file says that it does not hold, with both figures
    media_s: float | None = None  # how long the whole file lasts, of which a clip may be a stretch


class Row(BaseModel):
    """One line about one clip."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str


class Clip(Row):
    """What can be seen and heard of a clip.

    media       none: there are only words, and nothing to be seen or heard
    sha256      of the media file's bytes; without media, of none
    start, end  of the clip in the media file, s; an end of none is the file's
    info        of the clip: duration in s, frames a second, ... as the headers of the file say;
                without media, how long it takes to say the words
    """

    media: str | None
    sha256: str
    start: float = 0.0
    end: float | None = None
    info: Info

    @property
    def source(self) -> str:
        """The digest of what is seen and heard, hex: of the file, of a stretch of it, or of other
        streams than its first ones."""
        given: list[object] = [self.sha256, self.start, self.end]
        streams = [self.info.video_stream or 0, self.info.audio_stream or 0]
        if any(streams):
            given += streams
        elif not self.start and self.end is None:
            return self.sha256
        return hashlib.sha256(canonical(given).encode()).hexdigest()


class Transcript(Row):
    """The file with a clip's words, whose times count from the start of the media, and the sha256
    of its bytes, so that an edit is noticed. Clips without such a file have no line."""

    file: str
    sha256: str


class Assignment(Row):
    """Who a clip shows; train, val or test, or none if the corpus is not split."""

    subject: str
    split: str | None


R = TypeVar("R", bound=Row)


def read(path: Path, kind: type[R]) -> list[R]:
    """The rows of a manifest file. Raises FileNotFoundError, or ValueError naming file and line."""
    if not path.is_file():
        raise FileNotFoundError(f"no {path}; run `dvc repro ingest` first")
    rows = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                rows.append(kind.model_validate_json(line))
            except ValidationError as error:
                what = error.errors()[0]
                where = ".".join(map(str, what["loc"])) or "the line"
                raise ValueError(
                    f"{path}, line {number}, is not one of a {kind.__name__} ({where}: "
                    f"{what['msg']}); run `dvc repro ingest` to write it anew"
                ) from None
    return rows


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write rows; the file appears complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.writelines(f"{row.model_dump_json()}\n" for row in rows)
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):  # renamed
            part.unlink()
