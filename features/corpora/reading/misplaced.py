"""What lies at the top of a folder corpus, where nothing looks for it or under another name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from features.corpora.reading.media import files_below
from features.corpora.reading.suffixes import MEDIA, TRANSCRIPTS
from features.corpora.reading.unread import about, counted
from features.corpus import Rejection
from features.nearest import closest, nearest

FOLDERS = ("media", "labels", "transcripts")
TABLES = ("labels.csv", "clips.csv")
MEANT: Mapping[str, str] = {  # words that are not alike
    **dict.fromkeys(("annotations", "annotation", "ratings"), "labels"),
    **dict.fromkeys(("subtitles", "captions"), "transcripts"),
}
# of a folder beside: tables may be features, which are no part of the corpus
SURE = MEDIA | (set(TRANSCRIPTS) - {".csv", ".json", ".tsv"})


def misplaced(corpus: Path, taken: Collection[Path]) -> list[Rejection]:
    """Folders and tables that are called otherwise than they should be; beside a folder of media,
    other files, and folders with media or transcripts.

    taken  files that are media, or a transcript of some
    """
    apart = (corpus / "media").is_dir()
    found = []
    for entry in sorted(corpus.iterdir()):
        known = entry.name in (*FOLDERS, *TABLES) or entry in taken
        if known or entry.name.startswith(".") or about(entry) or _links_back(entry, corpus):
            continue
        reasons = _of_folder(entry, apart) if entry.is_dir() else _of_file(entry, apart)
        found += [Rejection(None, entry, reason) for reason in reasons]
    return found


def _links_back(entry: Path, corpus: Path) -> bool:
    """Whether an entry is another way to what is in the corpus, or to the corpus itself."""
    target, whole = entry.resolve(), corpus.resolve()
    return entry.is_symlink() and (target.is_relative_to(whole) or whole.is_relative_to(target))


def _of_folder(folder: Path, apart: bool) -> Iterator[str]:
    name = folder.name.lower()
    meant = MEANT.get(name) or closest(name, FOLDERS, cutoff=0.8)
    if meant and (apart or meant != "media"):
        right = folder.with_name(meant)
        if not (right.exists() and right.samefile(folder)):  # some disks do not mind the case
            yield f"nothing reads this folder, nearest: {meant!r}"
    elif apart:
        held = [file for file in files_below(folder) if file.suffix.lower() in SURE]
        if held:
            yield f"lies beside media/, so nothing reads what is in it: {counted(held)}"


def _of_file(file: Path, apart: bool) -> Iterator[str]:
    near = nearest(file.name.lower(), TABLES, cutoff=0.8)
    if apart and file.suffix.lower() in SURE:
        yield "lies beside media/, so nothing reads it"
    elif apart or near:
        yield f"of tables beside folders, only {' and '.join(TABLES)} are read{near}"
