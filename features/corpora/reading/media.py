"""The media files of a folder, and the ids they give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from features.corpora.reading.suffixes import MEDIA
from features.corpus import Rejection, composed, flaw


def files_below(folder: Path, skip: frozenset[str] = frozenset()) -> Iterator[Path]:
    """Every file under `folder` that is not hidden, in name order, links followed.

    `skip` names entries of the folder itself to leave out. A link to a folder that holds it is
    not entered: it has no end.
    """
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.name in skip:
            continue
        if not entry.is_dir():
            yield entry
        elif not folder.resolve().is_relative_to(entry.resolve()):
            yield from files_below(entry)


def id_of(root: Path, file: Path) -> str:
    """The clip id of a file: `root/a/b.mp4` -> "a__b"."""
    return composed("__".join(file.relative_to(root).with_suffix("").parts))


def usable_media(root: Path, files: list[Path]) -> tuple[dict[str, Path], list[Rejection]]:
    """The media among `files` by clip id, and those whose id cannot be used."""
    found: dict[str, list[Path]] = defaultdict(list)
    for file in files:
        if file.suffix.lower() in MEDIA:
            found[id_of(root, file)].append(file)
    usable: dict[str, Path] = {}
    rejected: list[Rejection] = []
    for name, claims in sorted(found.items()):
        reasons = [_unusable(name, file, claims) for file in claims]
        rejected += [Rejection(name, f, r) for f, r in zip(claims, reasons, strict=True) if r]
        if not any(reasons):
            usable[name] = claims[0]
    return usable, rejected


def _unusable(name: str, file: Path, claims: list[Path]) -> str | None:
    if len(claims) > 1:
        others = ", ".join(str(other) for other in claims if other != file)
        return f"clip id {name!r} is also that of {others}; rename or remove all but one"
    if reason := flaw(name):
        return f"clip id {name!r} {reason}; rename the file"
    return None if file.exists() else f"is a link to {file.readlink()}, which is not there"
