"""Whose faces and words the report may hold, and where they come from.

data/faces and data/transcripts are no deps of the report: they are never pushed, so that a clone
that has pulled lacks them, and DVC would refuse to make its page anew. Nothing stale comes of it:
data/align, which is a dep, is made from both.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from features.manifest import Clip
from features.shards import Shards
from features.thumbnails import thumbnails
from features.words import Word, read_words
from stages.paths import FACES, TRANSCRIPTS

SIZE_PX = 64


@dataclass(frozen=True)
class People:
    """Folders of media whose people may be seen, and quoted; a face every `every_s`."""

    faces_of: Sequence[str]
    words_of: Sequence[str]
    every_s: float

    def of(self, clip: Clip) -> dict[str, Any]:
        """What may be shown of a clip, as stages.report.viewer.Seen takes it."""
        places: list[tuple[str, Sequence[str], Path, Shards | None, Callable[..., Any]]] = [
            ("words", self.words_of, TRANSCRIPTS, self._words, _said),
            ("faces", self.faces_of, FACES, self._faces, self._small),
        ]
        shown: dict[str, Any] = {"faces_every": self.every_s}
        lacking = []
        for what, folders, place, shards, read in places:
            media = Path(os.path.abspath(clip.media or "."))  # "." is not what lies beside it
            if not any(media.is_relative_to(os.path.abspath(folder)) for folder in folders):
                continue
            if shards is None:
                lacking.append(f"{what}, since {place} is not here")
            elif clip.id in shards:
                shown[what] = read(shards[clip.id])
        return {**shown, "lacking": f"Not shown: {'; '.join(lacking)}." if lacking else ""}

    def _small(self, record: Any) -> list[tuple[float, bytes]]:
        return thumbnails(record, self.every_s, SIZE_PX)

    @cached_property
    def _faces(self) -> Shards | None:
        return Shards(FACES) if self.faces_of and FACES.is_dir() else None

    @cached_property
    def _words(self) -> Shards | None:
        return Shards(TRANSCRIPTS) if self.words_of and TRANSCRIPTS.is_dir() else None


def _said(record: Any) -> list[Word]:
    return read_words(record) or []
