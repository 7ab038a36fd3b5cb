"""Files of a corpus that nothing reads: each is named once, with the reason.

What is about a corpus and not of a clip is passed over, wherever it lies: README, LICENSE, notes
and their like, Markdown, checksums, pointers of DVC, and what Windows and archives leave behind;
hidden files are never looked at.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from features.corpora.reading.suffixes import MEDIA, TRANSCRIPTS
from features.corpus import Rejection

ABOUT = re.compile(
    r"((readme|licen[sc]e)([ ._-]\w+)?|copying|copyright|citation|changelog|changes|notice|authors"
    r"|notes?|checksums?|md5sums?|sha(1|224|256|384|512)sums?)(\.(txt|rst|rtf|pdf|html?|docx?|cff))?"
    r"|.*\.(md|markdown|md5|sha1|sha256|sha512|dvc|torrent)"
    r"|(thumbs|ehthumbs)\.db|desktop\.ini|icon\r",
    re.IGNORECASE,
)
DATA = MEDIA.union(TRANSCRIPTS)
FEW = 20  # files of a folder in which nothing is read; more of them are named as one


def about(file: Path) -> bool:
    """Whether a file is plainly no data of a clip; README.srt may be of a clip of that name."""
    data = file.suffix.lower() in DATA
    return bool(ABOUT.fullmatch(file.name) and not data) or "__MACOSX" in file.parts


def named_once(root: Path, why: Mapping[Path, str], read: Iterable[Path]) -> list[Rejection]:
    """Files below `root` that nothing reads, {file: why}, as rejections of no clip.

    Those of a folder in which nothing is `read`, and in none below it, become one if they are many:
    the pictures of a video must not bury the rest.
    """
    alive = {root}
    for folder in {file.parent for file in read}:
        alive |= {folder, *folder.parents}
    of: dict[Path, list[Path]] = defaultdict(list)
    for file in why:
        if not about(file):
            of[file.parent].append(file)
    together: dict[Path, list[Path]] = defaultdict(list)
    for folder, files in of.items():
        above = [f for f in (folder, *folder.parents) if f not in alive and f.is_relative_to(root)]
        together[above[-1] if above else root] += files
    return [r for folder, fs in together.items() for r in _rejections(folder, fs, why, root)]


def _rejections(
    folder: Path, files: list[Path], why: Mapping[Path, str], root: Path
) -> Iterator[Rejection]:
    if len(files) > FEW and folder != root:
        yield Rejection(None, folder, f"nothing in this folder is read: {counted(files)}")
    else:
        yield from (Rejection(None, file, why[file]) for file in files)


def counted(files: Iterable[Path]) -> str:
    """How many files of which suffix there are, in words: "12 .csv, 3 .avi"."""
    suffixes = Counter(file.suffix.lower() or "without suffix" for file in files)
    return ", ".join(f"{count} {suffix}" for suffix, count in suffixes.most_common())
