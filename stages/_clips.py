"""Clip: one usable media file of the corpus. The manifest is one JSON Clip a line, by id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel

from features.media import Info

CLIPS = Path("data/ingest/clips.jsonl")


class Clip(BaseModel, frozen=True, extra="forbid"):
    """What later stages need to know of a media file; paths are relative to the repository.

    sha256      of the media file's bytes
    info        duration in s, frames a second, ... as its headers say
    split       train, val, test, or none if the corpus is not split
    transcript  a sidecar file, with its own digest so that an edit is noticed
    """

    id: str
    media: str
    sha256: str
    info: Info
    subject: str
    split: str | None
    transcript: str | None
    transcript_sha256: str | None


def read_clips(manifest: Path = CLIPS) -> list[Clip]:
    """Every clip of a manifest."""
    if not manifest.is_file():
        raise FileNotFoundError(f"no {manifest}; run `dvc repro ingest` first")
    with manifest.open(encoding="utf-8") as lines:
        return [Clip.model_validate_json(line) for line in lines]


def write_clips(manifest: Path, clips: Iterable[Clip]) -> None:
    """Write a manifest; the file appears complete or not at all."""
    write_lines(manifest, (clip.model_dump_json() for clip in clips))


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write text lines; the file appears complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    part.replace(path)


@contextmanager
def blaming(clip: Clip) -> Iterator[None]:
    """Whatever goes wrong inside, the error names the clip."""
    try:
        yield
    except Exception as error:
        error.add_note(f"in clip {clip.id!r}, {clip.media}")
        raise
