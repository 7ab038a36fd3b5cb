"""Clip: one usable clip of the corpus. The manifest is one JSON Clip a line, by id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel

from features.media import Info
from features.shards import canonical

CLIPS = Path("data/ingest/clips.jsonl")
SENTENCES = Path("data/ingest/sentences.json")  # apart: what people said is not pushed


class Clip(BaseModel, frozen=True, extra="forbid"):
    """What later stages need to know of a clip; paths are relative to the repository.

    media       none: there are only words, and nothing to be seen or heard
    sha256      of the media file's bytes; without media, of none
    start, end  of the clip in the media file, s; an end of none is the file's
    info        of the clip: duration in s, frames a second, ... as the headers of the file say;
                without media, how long it takes to say the words
    split       train, val, test, or none if the corpus is not split
    transcript  a sidecar file, whose times count from the start of the media, with its own digest
                so that an edit is noticed
    """

    id: str
    media: str | None
    sha256: str
    start: float = 0.0
    end: float | None = None
    info: Info
    subject: str
    split: str | None
    transcript: str | None
    transcript_sha256: str | None

    @property
    def source(self) -> str:
        """The digest of what is seen and heard, hex: of the file, or of a stretch of it."""
        if not self.start and self.end is None:
            return self.sha256
        stretch = canonical([self.sha256, self.start, self.end])
        return hashlib.sha256(stretch.encode()).hexdigest()


def read_clips(manifest: Path = CLIPS) -> list[Clip]:
    """Every clip of a manifest."""
    if not manifest.is_file():
        raise FileNotFoundError(f"no {manifest}; run `dvc repro ingest` first")
    with manifest.open(encoding="utf-8") as lines:
        return [Clip.model_validate_json(line) for line in lines]


def write_clips(manifest: Path, clips: Iterable[Clip]) -> None:
    """Write a manifest; the file appears complete or not at all."""
    write_lines(manifest, (clip.model_dump_json() for clip in clips))


def read_sentences(file: Path = SENTENCES) -> dict[str, str]:
    """What is said, by clip id, where the corpus itself has it."""
    if not file.is_file():
        raise FileNotFoundError(f"no {file}; run `dvc repro ingest` first")
    return json.loads(file.read_text(encoding="utf-8"))


def write_sentences(file: Path, sentences: Mapping[str, str]) -> None:
    """Write {clip id: what is said}; the file appears complete or not at all."""
    write_lines(file, [json.dumps(dict(sentences), indent=0, ensure_ascii=False)])


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
        error.add_note(f"in clip {clip.id!r}" + (f", {clip.media}" if clip.media else ""))
        raise
