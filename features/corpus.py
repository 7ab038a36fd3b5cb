"""What a corpus adapter is: it lists the clips of a corpus and reads their labels.

`features/corpora/folder.py` is the adapter "folder". Every adapter exposes `build(**options)`.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from features.labels import Ranges
from features.track import Track

SPLITS = ("train", "val", "test")
MAX_ID_BYTES = 200  # a file system's 255 less what a suffix and a digest need


class CorpusError(ValueError):
    """A corpus, or one file of it, does not say what the adapter expects."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A clip a corpus offers; whether its media can be decoded is not known yet.

    A clip may be a stretch of a longer file: what its corpus says of it counts from `start`, only
    the times in the transcript count from the start of the media, as the file's own.
    Raises CorpusError where `start` and `end` hold no stretch, or the clip nothing at all.
    """

    id: str  # safe as an HDF5 name and as a file name, unique in the corpus
    media: Path | None  # None: nothing is seen or heard, there is only the sentence
    subject: str
    split: str | None  # one of SPLITS, or None: undecided
    transcript: Path | None
    start: float = 0.0  # s from the start of the media
    end: float | None = None  # s from the start of the media; None: its end
    sentence: str | None = None  # what is said, where the corpus itself has it, without times

    def __post_init__(self) -> None:
        if not (self.sentence and self.sentence.strip()) and self.media is None:
            raise CorpusError("has neither media nor a sentence")
        if not (math.isfinite(self.start) and self.start >= 0):
            raise CorpusError(f"must start at 0 s or later, got {self.start:g} s")
        if self.end is not None and not (math.isfinite(self.end) and self.end > self.start):
            raise CorpusError(
                f"must end after its start at {self.start:g} s, got an end at {self.end:g} s"
            )


@dataclass(frozen=True, slots=True)
class Rejection:
    """A clip that was turned away, or a file that nothing reads: then no clip is.

    file  where the reason is found
    """

    clip: str | None
    file: Path
    reason: str


def in_order(rejected: Iterable[Rejection]) -> list[Rejection]:
    """Clips by id, then files that nothing reads, by path; each file once for one clip."""
    return sorted(set(rejected), key=lambda r: (r.clip is None, r.clip or "", r.file, r.reason))


class Corpus(Protocol):
    """A configured reader of one corpus."""

    def listing(self) -> tuple[list[Candidate], list[Rejection]]:
        """Every clip, usable or turned away, and every file that nothing reads, as `in_order`.

        Raises CorpusError where the corpus as a whole cannot be used.
        """
        ...

    def labels(self, clip_id: str, targets: Ranges) -> dict[str, Track]:
        """The annotation of one clip: id, {target: range} -> {target: Track (T, 1)}.

        Of the named targets those that the clip has labels of, in their order, values in the
        range of each; {} where there are none. Rows nobody annotated are State.UNLABELLED.
        Raises CorpusError naming file and line.
        """
        ...

    def targets(self) -> list[str]:
        """What the corpus has labels of, as far as its layout or its tables say."""
        ...


def safe_id(text: str) -> bool:
    """Whether `text` can name a clip, an HDF5 group and a file."""
    return flaw(text) is None


def check_id(text: str) -> str:
    """`text` itself, if it can name a clip; raises CorpusError saying why it cannot."""
    if reason := flaw(text):
        raise CorpusError(f"clip id {text!r} {reason}")
    return text


def flaw(text: str) -> str | None:
    """Why `text` cannot name a clip, in words that follow "clip id ...", or None if it can."""
    if not text.strip():
        return "is empty"
    if "/" in text or "\\" in text:
        return "holds a folder separator"
    if text.startswith("."):
        return "begins with a dot"
    if ".." in text:
        return "holds '..'"
    for place, letter in enumerate(text):
        if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp"):
            return f"holds the control or undecodable character U+{ord(letter):04X} at {place}"
    size = len(text.encode("utf-8"))
    return f"is {size} bytes long, at most {MAX_ID_BYTES} fit" if size > MAX_ID_BYTES else None


def composed(text: str) -> str:
    """`text` with its accents composed (NFC): tables have them so, not every file system does."""
    return unicodedata.normalize("NFC", text)
