"""Clips of which a stage cannot read what it needs: what they have instead, and where that is said.

    data/rejected/<stage or stream>.jsonl   clip, file and reason of each; empty if there is none

Such a clip is not kept in the clip store: what is wrong with it is found out anew, and said, each
time that somebody asks for it.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from features.manifest import Clip
from features.media.container import MediaError
from features.signals.reading.columns import TableError
from features.track import State, Track, track
from features.transcripts.formats.text import TranscriptError
from stages.atomic import write_lines
from stages.paths import rejected

ERRORS = (MediaError, TableError, TranscriptError)  # of one clip, which others do not pay for
NAMED = 5  # clips in the log; the file has all
QUOTED = re.compile(r"(?<!\w)(['\"])(?:.*?\1(?!\w)|.*)", re.DOTALL)
log = logging.getLogger("stages")


@dataclass(frozen=True)
class Spared:
    """How a stage goes on without a clip.

    answer  extractor -> what the record of such a clip is made of, instead of what came out
    file    the path of what is read of a clip, "" if there is nothing
    secret  what reasons quote is what people said, which is not written down
    """

    answer: Callable[[Any], Any]
    file: Callable[[Clip], str]
    secret: bool = False


@dataclass(frozen=True)
class Flaw:
    """What is wrong with the file of a clip; `all`: there is nothing that can be used of it."""

    clip: str
    file: str
    reason: str
    all: bool = True


def undecodable(dim: int) -> Track:
    """A Track (1, D): there is something, and it cannot be read."""
    return track(np.full((1, dim), np.nan), np.zeros(1), np.array([State.UNDECODABLE]))


def media_file(clip: Clip) -> str:
    """The path of a clip's media, "" if it has none."""
    return clip.media or ""


def gone(clip: Clip) -> bool:
    """Whether a clip's media are no longer there: the corpus has changed, or its disk is off."""
    return clip.media is not None and not Path(clip.media).exists()


def check_some(name: str, flaws: Sequence[Flaw], clips: int, secret: bool = False) -> None:
    """Raises ValueError where all of so many clips are flawed: then it is no matter of clips."""
    if flaws and len(flaws) == clips:
        write(name, flaws, secret)
        raise ValueError(
            f"no clip of {clips} has rows of {name}, see {rejected(name)}; the first is "
            f"{flaws[0].clip}: {flaws[0].reason}"
        )


def reject(name: str, flaws: Sequence[Flaw], secret: bool = False) -> None:
    """Write down the flaws of a stage or stream, and name the first few in the log."""
    write(name, flaws, secret)
    for flaw in flaws[:NAMED]:
        what = f"has no rows of {name}" if flaw.all else "has lost a part"
        beside = f" ({flaw.file})" if flaw.file and flaw.file not in flaw.reason else ""
        log.warning("clip %s %s: %s%s", flaw.clip, what, flaw.reason, beside)
    if len(flaws) > NAMED:
        log.warning("and %d more; see %s", len(flaws) - NAMED, rejected(name))


def write(name: str, flaws: Iterable[Flaw], secret: bool) -> None:
    """Write data/rejected/<name>.jsonl."""
    rows = (
        {
            "clip": flaw.clip,
            "file": flaw.file,
            "reason": QUOTED.sub("'...'", flaw.reason) if secret else flaw.reason,
        }
        for flaw in flaws
    )
    write_lines(rejected(name), (json.dumps(row, ensure_ascii=False) for row in rows))
