"""The transcript files of a corpus: which is read for a clip, and which are not read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from features.corpora.reading.media import files_below, id_of
from features.corpora.reading.suffixes import MEDIA, PLAIN, TRANSCRIPTS, is_tagged, why_unread
from features.corpora.reading.unread import about, named_once
from features.corpus import Rejection
from features.nearest import nearest_of_each

KINDS = (*TRANSCRIPTS, *PLAIN)
K = TypeVar("K")


class Transcripts:
    """The transcript files of a corpus: in its transcripts folder first, then beside the media."""

    def __init__(self, folder: Path, beside: Collection[Path]) -> None:
        self._folder = folder
        known = list(files_below(folder)) if folder.is_dir() else []
        self._named = _by((id_of(folder, f), f) for f in known if f.suffix.lower() in KINDS)
        self._beside = _by((f.with_suffix(""), f) for f in beside if f.suffix.lower() in KINDS)
        self._media = {f.stem for f in beside if f.suffix.lower() in MEDIA}
        self._others = [f for f in known if f.suffix.lower() not in KINDS]

    def of(
        self, name: str, media: Path | None, suffixes: tuple[str, ...] = TRANSCRIPTS
    ) -> Path | None:
        """The transcript of clip `name`, or of a media file; of several, the first suffix."""
        named = _first(self._named.get(name, ()), suffixes)
        stem = media and media.with_suffix("")
        return named or (_first(self._beside.get(stem, ()), suffixes) if stem else None)

    def tagged(self, name: str, media: Path) -> Path | None:
        """The transcript of clip `name` whose own name has a language or the media's suffix behind
        the clip's (talk.en.vtt, talk.mp4.srt), if there is no other of it."""
        stem = media.with_suffix("")
        if self._named.get(name) or self._beside.get(stem):
            return None
        found = [*self._tagged[0].get(name, ()), *self._tagged[1].get(stem, ())]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _tagged(self) -> tuple[dict[str, list[Path]], dict[Path, list[Path]]]:
        """Files with something behind the name of a clip: by its id, and by its media's stem."""
        named, beside = self._named.items(), self._beside.items()
        return (
            _by((k.rpartition(".")[0], f) for k, fs in named for f in fs if self._is_tagged(f)),
            _by((k.with_suffix(""), f) for k, fs in beside for f in fs if self._is_tagged(f)),
        )

    def _is_tagged(self, file: Path) -> bool:
        return is_tagged(file) and file.stem not in self._media

    def beside(self, media: Iterable[Path]) -> set[Path]:
        """The transcript files that lie beside media of the same name, read or not."""
        return {file for m in media for file in self._beside.get(m.with_suffix(""), ())}

    def second(self, read: Mapping[str, Path], media: Mapping[str, Path]) -> Iterator[Rejection]:
        """Files that are not read since another one of the same clip is.

        read   {id of a clip, or of media that clips are cut from: its transcript}
        media  {id: the media file}
        """
        chosen = set(read.values())
        for owner, file in read.items():
            stem = media[owner].with_suffix("") if owner in media else None
            own = [*self._named.get(owner, ()), *(self._beside.get(stem, ()) if stem else ())]
            for other in own:
                if other not in chosen:
                    chosen.add(other)
                    yield Rejection(None, other, f"{file.name!r} is read for its clip instead")

    def without_media(self, known: Collection[str], read: Collection[Path] = ()) -> list[Rejection]:
        """Transcripts of clips that do not exist: a misspelt name must not leave a clip without.

        read  those that are read all the same
        """
        names = sorted(self._named.keys() - set(known))
        ids = set(known)
        alike = [start if (start := name.partition(".")[0]) in ids else name for name in names]
        return [
            Rejection(name, file, f"transcript of clip {name!r}, which has no media{near}")
            for name, (_, near) in zip(names, nearest_of_each(alike, known), strict=True)
            for file in self._named[name]
            if not about(file) and file not in read
        ]

    def unknown(self) -> list[Rejection]:
        """Files of the transcripts folder that are no transcripts."""
        taken = {file for files in self._named.values() for file in files}
        why = {f: why_unread(f, "a transcript", KINDS) for f in self._others}
        return named_once(self._folder, why, taken)


def _by(keyed: Iterable[tuple[K, Path]]) -> dict[K, list[Path]]:
    found: dict[K, list[Path]] = defaultdict(list)
    for key, file in keyed:
        found[key].append(file)
    return dict(found)


def _first(files: Iterable[Path], suffixes: tuple[str, ...]) -> Path | None:
    """The file of the earliest suffix; of one suffix, the first."""
    read = [file for file in files if file.suffix.lower() in suffixes]
    return min(read, key=lambda f: suffixes.index(f.suffix.lower()), default=None)
