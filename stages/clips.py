"""The manifest of the corpus in the working folder (see features.manifest)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from features.manifest import Assignment, Clip, Transcript, read
from stages.paths import CLIPS, SENTENCES, SPLITS, TRANSCRIPT_FILES


def read_clips() -> list[Clip]:
    """What is seen and heard of every clip."""
    return read(CLIPS, Clip)


def read_transcripts() -> dict[str, Transcript]:
    """Where the words of clips are written down, by clip id."""
    return {row.id: row for row in read(TRANSCRIPT_FILES, Transcript)}


def read_assignments() -> list[Assignment]:
    """Who each clip shows, and its split."""
    return read(SPLITS, Assignment)


def read_sentences() -> dict[str, str]:
    """What is said, by clip id, where the corpus itself has it without times."""
    if not SENTENCES.is_file():
        raise FileNotFoundError(f"no {SENTENCES}; run `dvc repro ingest` first")
    return json.loads(SENTENCES.read_text(encoding="utf-8"))


def media_of(clip: Clip) -> Path | None:
    """The media file of a clip; None: there is none."""
    return Path(clip.media) if clip.media else None


@contextmanager
def blaming(clip: Clip) -> Iterator[None]:
    """Whatever goes wrong inside, the error names the clip."""
    try:
        yield
    except Exception as error:
        error.add_note(f"in clip {clip.id!r}" + (f", {clip.media}" if clip.media else ""))
        raise
