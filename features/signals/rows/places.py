"""Where the table of a clip lies."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from features.signals.reading.columns import TableError
from features.signals.reading.formats import SUFFIXES, no_reader

CLIP, MEDIA = "{clip}", "{media}"
ANY = ".*"  # at the end of a pattern: any suffix that is read


class Places:
    """The tables below a folder, one for each clip.

    pattern  path below the folder with {clip} (the clip's id) or {media} (its media file's name
             without suffix) in it, and *, ? and [] anywhere; .* at its end is any suffix that is
             read

    Raises FileNotFoundError where there is no such folder, ValueError for a pattern that cannot
    be used.
    """

    def __init__(self, folder: Path, pattern: str):
        if not folder.is_dir():
            raise FileNotFoundError(f"table: path is no folder: {folder}")
        self.folder, self.pattern = folder, pattern
        if CLIP not in pattern and MEDIA not in pattern:
            raise ValueError(f"table: files must name {CLIP} or {MEDIA}, got {pattern!r}")
        if PurePosixPath(pattern).is_absolute() or ".." in PurePosixPath(pattern).parts:
            raise ValueError(f"table: files must stay below path, got {pattern!r}")
        suffix = PurePosixPath(pattern).suffix.lower()
        if suffix != ANY and suffix not in SUFFIXES:
            raise ValueError(f"table: files is {pattern!r}; {no_reader(suffix)}")

    @property
    def by_media(self) -> bool:
        """Whether tables are named after media files, so that their times count from those."""
        return CLIP not in self.pattern

    def find(self, clip: str, media: Path | None) -> Path | None:
        """The table of a clip, if it has one.

        Raises TableError where there are two, or the clip's id is no name of a file.
        """
        if MEDIA in self.pattern and media is None:
            return None
        stem = media.stem if media else ""
        for name in (clip, stem):
            if "/" in name or "\\" in name or "\0" in name or name == "..":
                raise TableError(f"clip {clip!r}: {name!r} cannot be part of a file's name")
        pattern = self._filled(glob.escape(clip), glob.escape(stem))
        # a disk that does not tell a.csv from a.CSV has one file under both names
        same = {(s.st_dev, s.st_ino): f for f in self._matching(pattern) for s in (f.stat(),)}
        found = sorted(same.values())
        if len(found) > 1:
            raise TableError(
                f"clip {clip!r} has {len(found)} tables, {found[0]} and {found[1]}; "
                f"a narrower pattern under files tells which"
            )
        return found[0] if found else None

    def every(self) -> Iterator[Path]:
        """Whatever could be the table of a clip, in order of paths."""
        return self._matching(self._filled("*", "*"))

    def _filled(self, clip: str, media: str) -> str:
        """The pattern with names in place of what stands for them."""
        parts = re.split(r"(\{clip\}|\{media\})", self.pattern)
        return "".join({CLIP: clip, MEDIA: media}.get(part, part) for part in parts)

    def _matching(self, pattern: str) -> Iterator[Path]:
        """The tables that a pattern finds, in order of paths.

        .* is the suffix alone, so that a.* does not find a.b.csv. Suffixes are tried one by one:
        to list a folder of many thousand tables for each of as many clips takes long.
        """
        patterns = [pattern]
        if pattern.endswith(ANY):
            stem = pattern.removesuffix(ANY)
            patterns = [stem + end for end in (*SUFFIXES, *map(str.upper, SUFFIXES))]
        there = {file for each in patterns for file in self.folder.glob(each)}
        for file in sorted(there):
            known = file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
            if known and file.is_file():
                yield file
