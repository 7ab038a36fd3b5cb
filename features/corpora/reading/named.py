"""The folder of a corpus, and its media by the names that the annotation calls them by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from features.corpora.reading.media import files_below
from features.corpora.reading.suffixes import AUDIO, MEDIA, VIDEO, why_unread
from features.corpora.reading.unread import named_once
from features.corpus import CorpusError, Rejection, composed, flaw
from features.nearest import nearest


def folder_of(path: str, layout: str, *needed: str) -> Path:
    """The corpus folder, in which one of `needed` (globs) must be found.

    Raises CorpusError that shows the layout, or names the nearest folder there is.
    """
    folder = Path(path)
    if not folder.is_dir():
        siblings = folder.parent.iterdir() if folder.parent.is_dir() else ()
        near = nearest(folder.name, (s.name for s in siblings if s.is_dir()))
        raise CorpusError(f"no corpus folder {folder}{near}. A corpus is laid out as\n{layout}")
    if not any(found for glob in needed for found in folder.glob(glob)):
        what = " or ".join(needed)
        raise CorpusError(f"no {what} in {folder}. A corpus is laid out as\n{layout}")
    return folder


def media_in(*folders: Path) -> dict[str, list[Path]]:
    """Media below each folder by name without suffix; of one name, only the best kind there is.

    An earlier folder is better than a later one, and video better than sound.
    """
    found: dict[str, list[Path]] = {}
    for folder in folders:
        for kind in (VIDEO, AUDIO):
            here: dict[str, list[Path]] = defaultdict(list)
            for file in files_below(folder) if folder.is_dir() else ():
                if file.suffix.lower() in kind:
                    here[composed(file.stem)].append(file)
            found = {**here, **found}
    return found


def not_media(*folders: Path) -> list[Rejection]:
    """What lies below folders of media and is none, each file once."""
    found: list[Rejection] = []
    for folder in dict.fromkeys(f for f in folders if f.is_dir()):
        files = list(files_below(folder))
        media = [file for file in files if file.suffix.lower() in MEDIA]
        why = {f: why_unread(f, "media", MEDIA) for f in files if f.suffix.lower() not in MEDIA}
        found += named_once(folder, why, media)
    return found


def tables_in(folder: Path) -> dict[str, Path]:
    """The .csv files of a folder by name without suffix; none where there is no such folder."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return {composed(f.stem): f for f in files if f.suffix.lower() == ".csv" and f.name[0] != "."}


def unusable(
    name: str, media: Mapping[str, list[Path]], called: str | None = None, *, hint: bool = True
) -> str | None:
    """Why clip `name`, with its media called `called`, cannot be used; None if it can."""
    if reason := flaw(name):
        return f"clip id {name!r} {reason}"
    called = called or name
    files = media.get(called, [])
    if len(files) > 1:
        return f"several media files are called {called!r}: {', '.join(map(str, files))}"
    near = nearest(called, media) if hint and not files else ""
    return None if files else f"no media for clip {name!r}{near}"
