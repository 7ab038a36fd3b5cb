"""The media files of a folder, the ids they give, and the files that belong to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path

from features.corpus import Rejection, composed, flaw
from features.nearest import nearest_of_each

VIDEO = tuple(".mp4 .mov .mkv .avi .webm .m4v .mpg .mpeg .mts .wmv .flv .3gp".split())
AUDIO = (".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus", ".aac", ".aif", ".aiff", ".wma")
MEDIA = frozenset(VIDEO + AUDIO)
# word times before cue times
TRANSCRIPTS = (".textgrid", ".json", ".ctm", ".csv", ".vtt", ".srt")
PLAIN = (".txt",)  # words without times


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


class Transcripts:
    """The transcript files of a corpus: in its transcripts folder first, then beside the media."""

    def __init__(self, folder: Path, beside: list[Path]) -> None:
        known = list(files_below(folder)) if folder.is_dir() else []
        self._named = {(id_of(folder, f), f.suffix.lower()): f for f in known}
        self._beside = {(f.with_suffix(""), f.suffix.lower()): f for f in beside}

    def of(
        self, name: str, media: Path | None, suffixes: tuple[str, ...] = TRANSCRIPTS
    ) -> Path | None:
        """The transcript of clip `name`, or of a media file; of several, the first suffix."""
        named = (self._named.get((name, suffix)) for suffix in suffixes)
        stem = media and media.with_suffix("")
        beside = (self._beside.get((stem, suffix)) for suffix in suffixes) if stem else ()
        return next((file for file in (*named, *beside) if file), None)

    def without_media(self, known: Collection[str]) -> list[Rejection]:
        """Transcripts of clips that do not exist: a misspelt name must not leave a clip without."""
        kinds = (*TRANSCRIPTS, *PLAIN)
        files = {name: file for (name, suffix), file in self._named.items() if suffix in kinds}
        return [
            Rejection(name, files[name], f"transcript of clip {name!r}, which has no media{near}")
            for name, near in nearest_of_each(sorted(files.keys() - set(known)), known)
        ]
