"""Files of a folder corpus that are neither media nor the transcript of any."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

from features.corpora.reading.misplaced import misplaced
from features.corpora.reading.suffixes import MEDIA, why_unread
from features.corpora.reading.transcripts import KINDS, Transcripts
from features.corpora.reading.unread import named_once
from features.corpus import Rejection
from features.nearest import MAX_HINTS, nearest


def strays(
    corpus: Path,
    root: Path,
    files: Iterable[Path],
    transcripts: Transcripts,
    read: Collection[Path],
) -> list[Rejection]:
    """What lies at the top of a corpus or among the `files` below its media folder `root`, and is
    neither media nor a transcript of some: each once, with why nothing reads it.

    read  transcripts that are read, whatever they are called
    """
    files = list(files)
    media = {file for file in files if file.suffix.lower() in MEDIA}
    taken = media.union(transcripts.beside(media), read)
    wrong = misplaced(corpus, taken)
    told = {one.file for one in wrong}
    stems: dict[Path, set[str]] = defaultdict(set)
    for file in media:
        stems[file.parent].add(file.stem)
    why: dict[Path, str] = {}
    for file in files:
        if file not in taken and file not in told and told.isdisjoint(file.parents):
            known = stems.get(file.parent, ()) if len(why) < MAX_HINTS else ()
            why[file] = _why(file, sorted(known))
    return wrong + named_once(root, why, taken)


def _why(file: Path, stems: Collection[str]) -> str:
    if file.suffix.lower() in KINDS:
        beginning = file.stem.partition(".")[0]  # talk.en.vtt, as downloads are called
        near = nearest(beginning if beginning in stems else file.stem, stems)
        return f"no media beside it is called {file.stem!r}{near}"
    return why_unread(file, "media or as a transcript", (*MEDIA, *KINDS))
